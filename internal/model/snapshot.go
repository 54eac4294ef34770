// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"
	"slices"
	"strings"
)

// Snapshot is the state of a machine, for callers that choose its next command.
type Snapshot struct {
	Modules    []string          // loaded, sorted
	Patches    []string          // listed, oldest first
	Transition string            // the livepatch in transition; empty: none
	Unsure     bool              // whether a task started now is held depends on when the kernel last tried the transition
	Held       map[string]string // old and new: 0 no task, 1 a task, 2 it sleeps in the function
	// Situation distinguishes what the core distinguishes, without names, ids
	// and data: two machines in the same situation differ only in details.
	Situation string
}

// Snapshot returns the state of the machine.
func (m *Machine) Snapshot() Snapshot {
	k := m.k
	s := Snapshot{Modules: m.left().Modules, Held: map[string]string{"old": "0", "new": "0"}}
	if t := k.klpTarget(); t != nil {
		s.Held["old"], s.Held["new"] = t.old.show(), t.new.show()
	}
	if k.transition != nil {
		s.Transition, s.Unsure = k.transition.mod.name, k.tasks.kthread.pending
	}
	for _, p := range k.patches {
		s.Patches = append(s.Patches, p.mod.name)
	}
	s.Situation = fmt.Sprintf("%s; held %s %s; klp_target %v; ftrace %v", k.outline(), s.Held["old"], s.Held["new"], k.klpTarget() != nil, !k.ftraceOff)
	return s
}

// Whole returns a text that distinguishes everything that can matter later.
func (m *Machine) Whole() string {
	return strings.Join(append(m.k.details(), m.Snapshot().Patches...), "\n")
}

// outline describes the listed livepatches: their number, and the one in
// transition.
func (k *kernel) outline() string {
	forced := slices.ContainsFunc(k.patches, func(p *patch) bool { return p.forced })
	text := fmt.Sprintf("%d patches, forced %v", min(len(k.patches), 3), forced)
	p := k.transition
	if p == nil {
		return text
	}
	newest := p == k.patches[len(k.patches)-1]
	return fmt.Sprintf("%s; %s, replace %v, newest %v, objects %d", text, k.target, p.replace, newest, len(p.objects))
}

// details lists everything that can matter later, except the order of the
// livepatches.
func (k *kernel) details() []string {
	list := []string{fmt.Sprint(k.target, k.delayedWork, k.prevStateWarn, k.printk, k.ftraceOff)}
	for _, mod := range k.modules.list {
		list = append(list, k.detail(mod))
	}
	for _, t := range k.tasks.list {
		list = append(list, fmt.Sprint(t.comm, t.state, t.pending, t.in))
	}
	if k.transition != nil {
		list = append(list, k.transition.mod.name)
	}
	slices.Sort(list)
	return list
}

// detail describes a module with everything that its livepatch has.
func (k *kernel) detail(m *module) string {
	text := fmt.Sprint(m.name, " refs=", m.refs, " ")
	p, ok := m.program.(*probe)
	if !ok || !slices.Contains(k.patches, p.patch) {
		return text // a livepatch that has left the list never returns
	}
	text += fmt.Sprintf("%+v enabled=%v forced=%v settled=%v", p.args, p.patch.enabled, p.patch.forced, p.settled)
	for _, o := range p.patch.objects {
		text += fmt.Sprint(" ", o, o.patched, o.postUnpatchEnabled, len(o.functions))
	}
	for _, s := range p.patch.states {
		if s.data != nil {
			text += fmt.Sprintf(" %d:%s", s.id, s.data.name)
		}
	}
	return text
}
