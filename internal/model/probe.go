// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"
	"strings"
)

// probeLineMax is PROBE_LINE_MAX of kmods/src/klp_probe.h.
const probeLineMax = 900

// probe is an instance of klp_probe.h: klp_a to klp_h.
type probe struct {
	logger
	k     *kernel
	mod   *module
	args  probeArgs
	patch *patch

	first   *object // the object whose callbacks handle data
	watch   []uint64
	failing *object // whose pre_patch fails
	failure int
	mode    string

	counts  [probeMaxStates]int // allocations, by the state's position
	settled bool
}

func newProbe(k *kernel, m *module) *probe {
	p := &probe{logger: logger{k.kmsg, m.name + ": "}, k: k, mod: m, args: probeArgs{objs: "vmlinux"}}
	p.patch = &patch{mod: m}
	return p
}

func (p *probe) isLivepatch() bool   { return true }
func (p *probe) functions() []string { return nil }
func (p *probe) exit()               {}

// init is probe_init().
func (p *probe) init() int {
	if ret := p.parse(); ret != 0 {
		return ret
	}
	for _, o := range p.patch.objects {
		o.callbacks = callbacks{p.prePatch, p.postPatch, p.preUnpatch, p.postUnpatch}
	}
	p.patch.replace = p.args.replace
	return p.k.enablePatch(p.patch)
}

// log is probe_log(): it logs what a callback sees.
func (p *probe) log(callback string, o *object) {
	var line strings.Builder
	for _, s := range p.patch.states {
		p.sayID(&line, s.id)
	}
	for _, id := range p.watch {
		p.sayID(&line, id)
	}
	text := line.String()
	if len(text) >= probeLineMax {
		text = text[:probeLineMax-1]
	}
	p.info("%s %s%s", callback, o, text)
}

func (p *probe) sayID(line *strings.Builder, id uint64) {
	mark := ";"
	if line.Len() == 0 {
		mark = ":"
	}
	fmt.Fprintf(line, "%s state %d", mark, id)
	p.sayState(line, "own", p.patch.getState(id))
	p.sayState(line, "prev", p.k.getPrevState(id))
}

func (p *probe) sayState(line *strings.Builder, whose string, s *state) {
	switch {
	case s == nil:
		fmt.Fprintf(line, " %s=none", whose)
	case s.data == nil:
		fmt.Fprintf(line, " %s=%d", whose, s.version)
	default:
		fmt.Fprintf(line, " %s=%d:%s", whose, s.version, p.nameOf(s))
	}
}

func (p *probe) prePatch(o *object) int {
	p.log("pre_patch", o)
	ret := 0
	if o == p.first {
		ret = p.prepareAll()
	}
	if ret != 0 || o != p.failing || p.failure == 0 {
		return ret
	}
	if o == p.first {
		p.dropAll()
	}
	return p.failure
}

func (p *probe) postPatch(o *object) {
	p.log("post_patch", o)
	if o == p.first {
		p.settleAll()
	}
}

func (p *probe) preUnpatch(o *object) { p.log("pre_unpatch", o) }

func (p *probe) postUnpatch(o *object) {
	p.log("post_unpatch", o)
	if o == p.first {
		p.dropAll()
	}
}
