// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"
	"slices"
	"strings"
)

// Snapshot is where a machine has got to, for those that choose what it does
// next.
type Snapshot struct {
	Modules    []string          // loaded, sorted
	Patches    []string          // listed, oldest first
	Transition string            // the livepatch in transition; empty: none
	Held       map[string]string // old and new: 0 no task, 1 a task, 2 it sleeps in the function
	// Situation tells apart what the core tells apart, without names, ids and
	// data: two machines in one situation differ in details.
	Situation string
	// Whole tells apart all that can make a difference later.
	Whole string
}

// Snapshot returns where the machine has got to.
func (m *Machine) Snapshot() Snapshot {
	k := m.k
	s := Snapshot{Modules: m.left().Modules, Held: map[string]string{"old": "0", "new": "0"}}
	if t := k.klpTarget(); t != nil {
		s.Held["old"], s.Held["new"] = t.old.show(), t.new.show()
	}
	if k.transition != nil {
		s.Transition = k.transition.mod.name
	}
	situation := []string{fmt.Sprint("target ", k.target, " held ", s.Held["old"], s.Held["new"], " loaded ", k.klpTarget() != nil)}
	whole := []string{fmt.Sprint(k.delayedWork, k.prevStateWarn, k.printk)}
	for _, p := range k.patches {
		s.Patches = append(s.Patches, p.mod.name)
		situation = append(situation, k.outline(p))
	}
	for _, mod := range k.modules.list {
		whole = append(whole, k.detail(mod))
	}
	slices.Sort(whole)
	for _, t := range k.tasks.list {
		whole = append(whole, fmt.Sprint(t.comm, t.state, t.pending, t.in))
	}
	s.Situation = strings.Join(situation, "; ")
	s.Whole = s.Situation + "\n" + strings.Join(append(whole, s.Patches...), "\n")
	return s
}

// outline describes a listed livepatch without names.
func (k *kernel) outline(p *patch) string {
	text := fmt.Sprintf("patch replace=%v forced=%v stateful=%v", p.replace, p.forced, len(p.states) > 0)
	if p == k.transition {
		text += " in transition"
	}
	for _, o := range p.objects {
		text += fmt.Sprintf(" [module=%v patched=%v functions=%v post_unpatch=%v]", o.isModule(), o.patched, len(o.functions) > 0, o.postUnpatchEnabled)
	}
	return text
}

// detail describes a module with all that its livepatch has.
func (k *kernel) detail(m *module) string {
	text := fmt.Sprint(m.name, " refs=", m.refs, " ")
	p, ok := m.program.(*probe)
	if !ok || !slices.Contains(k.patches, p.patch) {
		return text // what was not listed any more is never listed again
	}
	text += fmt.Sprintf("%+v enabled=%v settled=%v", p.args, p.patch.enabled, p.settled)
	for _, s := range p.patch.states {
		if s.data != nil {
			text += fmt.Sprintf(" %d:%s", s.id, s.data.name)
		}
	}
	return text
}
