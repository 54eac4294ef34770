// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/model"
)

const insideNew = "echo 2 > /sys/module/klp_target/parameters/hold_new"

// script is a list of commands, and the model after them.
type script struct {
	release  string
	commands []machine.Command
	m        *model.Machine
	at       model.Snapshot // of m
	last     machine.Answer // of the last command
	warned   bool           // a command has made the kernel warn
	held     bool           // a transition was left open
	ops      []string       // the operations, in the order in which they were done
	edges    []string       // the transitions of the model that they have made
	features []string       // what they have done in the model; see featuresOf
}

func newScript(release string) (*script, error) {
	m, err := model.New(release)
	if err != nil {
		return nil, err
	}
	return &script{release: release, m: m, at: m.Snapshot()}, m.Begin(context.Background())
}

// begin returns an empty script for a release that newScript has accepted before.
func begin(release string) *script {
	s, err := newScript(release)
	if err != nil {
		panic(err)
	}
	return s
}

// clone replays the commands: a machine cannot be copied.
func (s *script) clone() *script {
	c := begin(s.release)
	for _, cmd := range s.commands {
		c.step(cmd)
	}
	c.at, c.held = s.at, s.held
	c.ops, c.edges, c.features = slices.Clip(s.ops), slices.Clip(s.edges), slices.Clip(s.features)
	return c
}

// run adds the commands of an operation as they stand. It reports false when one would
// wait for ever, when the model does not cover it, or when a call that is to fail is
// not made; the script is then useless.
func (s *script) run(op string) bool {
	list, ok := commands(op)
	for _, cmd := range list {
		ok = ok && s.step(cmd)
	}
	s.at = s.m.Snapshot()
	return ok
}

func (s *script) step(cmd machine.Command) bool {
	s.commands = append(s.commands, cmd)
	var err error
	s.last, err = s.m.Step(context.Background(), cmd, time.Minute)
	unused := false
	for _, r := range s.last.Records {
		s.warned = s.warned || strings.HasPrefix(r.Text, "WARNING: ")
		unused = unused || strings.HasPrefix(r.Text, machine.FaultUnused)
	}
	return err == nil && s.last.Stall == nil && !unused
}

// commands parses the commands of an operation as a case file has them.
func commands(op string) (list []machine.Command, ok bool) {
	c, err := casefile.Parse("", []byte("-\n-- transcript --\n% "+strings.ReplaceAll(op, "\n", "\n% ")+"\n"))
	if err != nil {
		return nil, false
	}
	for _, s := range c.Steps {
		list = append(list, s.Command)
	}
	return list, true
}

// do adds an operation. When that cannot be done, it adds nothing and reports false.
func (s *script) do(op string) bool {
	next, ok := s.with(op)
	if ok {
		*s = *next
	}
	return ok
}

// with returns the script with one more operation, in a form whose outcome does not
// depend on timing: in the background only when a held task would make it wait for
// ever. It reports false when there is no such form.
func (s *script) with(op string) (next *script, ok bool) {
	next = s.clone()
	if !next.run(op) {
		if next = s.clone(); !next.run(op + " &") {
			return nil, false
		}
	}
	answer := next.last
	next.held = next.held || next.at.Transition != ""
	if s.at.Held["new"] != "2" && next.at.Held["new"] == "2" && !next.run(insideNew) {
		return nil, false
	}
	made := edge(s.at.Situation, op, answer, next.at.Situation)
	next.ops, next.edges = append(next.ops, op), append(next.edges, made)
	next.features = append(next.features, featuresOf(op, answer, made)...)
	return next, true
}

// follow does operations, and reports whether all of them could be done.
func (s *script) follow(ops []string) bool {
	for _, op := range ops {
		if !s.do(op) {
			return false
		}
	}
	return true
}

// probes returns the probes that the commands name, sorted.
func (s *script) probes() []string {
	var list []string
	for _, name := range probeNames {
		if slices.ContainsFunc(s.commands, func(cmd machine.Command) bool { return strings.Contains(cmd.Text, name) }) {
			list = append(list, name)
		}
	}
	return list
}

// sweep returns operations that read everything that sysfs shows.
func (s *script) sweep() []string {
	var ops []string
	for _, p := range s.probes() {
		dir := "cat /sys/kernel/livepatch/" + p
		ops = append(ops, dir+"/enabled")
		if slices.Contains(s.at.Patches, p) {
			ops = append(ops, dir+"/transition", dir+"/replace", dir+"/stack_order", dir+"/vmlinux/patched", dir+"/klp_target/patched")
			if s.loaded(otherName) {
				ops = append(ops, dir+"/"+otherName+"/patched")
			}
		}
		if s.loaded(p) {
			ops = append(ops, "cat /sys/module/"+p+"/refcnt")
		}
	}
	if s.loaded("klp_target") {
		ops = append(ops, "cat /sys/module/klp_target/parameters/value")
	}
	return ops
}

func (s *script) loaded(name string) bool { return slices.Contains(s.at.Modules, name) }

// drain undoes whatever can be undone.
func (s *script) drain() {
	for _, what := range []string{"old", "new"} {
		if s.at.Held[what] != "0" {
			s.do("release " + what)
		}
	}
	for _, p := range slices.Backward(s.at.Patches) {
		s.do("echo 0 > /sys/kernel/livepatch/" + p + "/enabled")
	}
	for _, name := range s.at.Modules {
		s.do("rmmod " + name)
	}
}
