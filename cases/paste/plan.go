// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"cmp"
	"slices"
	"strings"
)

const (
	holdOld = "klp_target_hold_old"
	holdNew = "klp_target_hold_new"
)

// inLoop is the comment above the commands of a loop, which the case has once.
const inLoop = "in a loop in the report: consider the header Repeat"

// command is a command of the future transcript.
type command struct {
	text string // with klptest's modules, for the model
	real string // with the reporter's own modules; empty: not needed there
	note string // a comment above it
	step *step  // nil: the case itself needs it
}

// plan makes the case's commands from the steps. A task in klp_target holds
// each transition that is still open at the next command.
type plan struct {
	*mapping
	holds  bool
	out    []command
	looped int   // the line of the last loop whose commands were added
	open   *step // the held, running transition
	both   bool  // two tasks hold it
}

func (m *mapping) plan(holds bool) []command {
	if slices.ContainsFunc(m.t.steps, func(s *step) bool { return s.op == opOwn }) {
		holds = false // the report holds them itself
	}
	p := &plan{mapping: m, holds: holds}
	if holds && m.alone {
		m.ours[holderModule] = holderModule
		p.own("insmod " + holderModule)
	}
	for i, s := range m.t.steps {
		p.before(i, s)
		p.step(s)
		p.after(s)
	}
	p.release()
	return p.out
}

func (p *plan) own(text string) { p.out = append(p.out, command{text: text}) }

// before prepares the holder of the transition that a step starts, or ends a
// transition that cannot outlast the step.
func (p *plan) before(i int, s *step) {
	if !p.holds {
		return
	}
	if p.open != nil && p.outlived(s) {
		p.release()
	}
	switch {
	case !s.held:
	case p.open != nil && s.op == opWrite && p.both:
		p.own("echo 2 > /sys/module/klp_target/parameters/hold_new")
	case p.open == nil && (s.op == opLoad && p.params[s] != nil || s.disables()):
		p.open, p.both = s, s.op == opLoad && p.turnedAndHeld(i)
		p.own("hold old")
		if p.both {
			p.own("hold new")
		}
		p.holdBy(p.loadOf(i, s))
	}
}

// outlived reports whether the open transition must be over before a step.
func (p *plan) outlived(s *step) bool {
	switch {
	case s.settled, s.op == opUnload && s.module == p.open.module:
		return true
	case s.op == opLoad && !s.fails && p.params[s] != nil:
		return s.errno == ""
	}
	return s.disables() && ends(p.open) // the log shows it before the disabling
}

// turnedAndHeld reports whether the transition is reversed and then still open.
func (p *plan) turnedAndHeld(i int) bool {
	for _, s := range p.t.steps[i+1:] {
		if s.module == p.t.steps[i].module && s.disables() {
			return s.held
		}
		if s.op == opLoad && p.params[s] != nil && s.errno == "" {
			return false
		}
	}
	return false
}

// loadOf returns the step that loaded the livepatch of a step.
func (p *plan) loadOf(i int, s *step) *step {
	for ; i >= 0; i-- {
		if l := p.t.steps[i]; l.op == opLoad && l.module == s.module {
			return l
		}
	}
	return s
}

// holdBy makes a livepatch patch the functions in which the holders sleep.
func (p *plan) holdBy(load *step) {
	params := p.params[load]
	if params == nil || params.typed != nil {
		return
	}
	if params.objs == nil {
		params.object("vmlinux")
	}
	params.object(p.theirs(holderModule))
	add := []string{holdOld}
	if p.both {
		add = append(add, holdNew)
	}
	for _, f := range add {
		if !slices.Contains(params.funcs, f) {
			params.funcs = append(params.funcs, f)
		}
	}
}

// theirs returns the reporter's name for a module.
func (m *mapping) theirs(ours string) string {
	for name, o := range m.ours {
		if o == ours {
			return name
		}
	}
	return ours
}

// step adds the command itself.
func (p *plan) step(s *step) {
	c := command{step: s}
	if !s.typed && slices.Contains(uncertain, s.because) {
		c.note = "inferred: " + s.because
	}
	ours := p.ours[s.module]
	switch {
	case s.op == opOwn:
		c.text, c.real = s.text, s.text
	case s.op == opLoad && ours != "" || s.op == opUnload && ours != "":
		c.text = strings.Join(append([]string{string(s.op), ours}, p.targetParams(s)...), " ")
		c.real = strings.TrimSpace(string(s.op) + " " + s.module + " " + strings.Join(s.params, " "))
	case s.op == opWrite && s.path == ftraceFile:
		c.text = "echo " + s.value + " > " + s.path
		c.real = c.text
	case (s.op == opWrite || s.op == opCat) && ours != "":
		c.text, c.real = p.fileCommand(s), string(s.op)+" "+s.path
		if s.op == opWrite {
			c.real = "echo " + s.value + " > " + s.path
		}
	}
	if c.text == "" {
		if s.op != opLeft || strings.HasPrefix(s.why, "a case") || strings.HasPrefix(s.why, "it names no") {
			p.out = append(p.out, command{note: "left out: " + cmp.Or(s.text, string(s.op)+" "+s.module), step: s})
		}
		return
	}
	if s.loop && s.line != p.looped {
		c.note, p.looped = inLoop, s.line
	}
	if p.background(s) {
		c.text += " &"
		c.real += " &"
	}
	p.out = append(p.out, c)
}

// fileCommand returns a command on a file in sysfs.
func (p *plan) fileCommand(s *step) string {
	parts := strings.Split(s.path, "/")
	for i, part := range parts {
		if ours := p.ours[part]; ours != "" {
			parts[i] = ours
		}
	}
	path := strings.Join(parts, "/")
	if paramFile.MatchString(s.path) && p.ours[s.module] != s.module {
		return "" // no module of klptest has their parameters
	}
	if s.op == opCat {
		return "cat " + path
	}
	return "echo " + s.value + " > " + path
}

// background reports whether a command must not wait for the transition.
func (p *plan) background(s *step) bool {
	if !p.holds {
		return s.background && slices.ContainsFunc(p.t.steps, func(s *step) bool { return s.op == opOwn })
	}
	switch {
	case s.op != opLoad && s.op != opUnload && s.op != opWrite, p.open == nil:
		return false
	case s == p.open:
		return true
	case s.op == opUnload && p.ours[s.module] == holderModule:
		return false // its tasks end with it
	case s.op == opWrite && s.module == p.open.module && (s.forced || s.path == enabledOf(s.module)):
		return s.held && (s.forced || p.both) || p.both && truth(s.value) == "1" && !s.forced
	case s.op == opWrite && strings.HasPrefix(s.path, "/proc"):
		return false
	}
	return s.op == opUnload && p.params[s] == nil && !slices.Contains(p.patches, s.module) || s.op == opWrite
}

// after releases a transition that ends in the log.
func (p *plan) after(s *step) {
	if p.open == nil || s == p.open {
		return
	}
	switch {
	case s.op == opUnload && p.ours[s.module] == holderModule:
		p.open = nil
	case ends(s), s.op == opWrite && s.module == p.open.module && s.errno == "" && !s.held && !s.fails && (s.forced || s.path == enabledOf(s.module)):
		p.release()
	}
}

// release releases the holders of the transition.
func (p *plan) release() {
	if p.open == nil {
		return
	}
	if p.both {
		p.own("release new &")
	}
	p.own("release old")
	p.open, p.both = nil, false
}
