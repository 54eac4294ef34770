// SPDX-License-Identifier: Apache-2.0

package model

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
)

// Bits of /proc/sys/kernel/tainted that not every case sets.
const taintWarn = 1 << 9

// Machine is the model as a machine that runs cases. It is not safe for use
// by several goroutines.
type Machine struct {
	k      *kernel
	taint  uint64
	before machine.EndState // the state at Begin
}

var _ machine.Machine = (*Machine)(nil)

// New returns a freshly booted kernel of a release, such as 6.12. The error is
// the user's: there is no model of that kernel.
func New(release string) (*Machine, error) {
	f, err := factsOf(release)
	if err != nil {
		return nil, err
	}
	return &Machine{k: newKernel(f)}, nil
}

// config is the configuration of a kernel that logs livepatch's debug lines and
// runs any number of CPUs; nothing else is set.
var config = map[string]string{
	"KPROBES": "y", "LIVEPATCH": "y", "DYNAMIC_DEBUG": "y", "MODULES": "y", "MODULE_UNLOAD": "y", "SYSFS": "y", "64BIT": "y", "SMP": "y",
}

// Facts implements [machine.Machine].
func (m *Machine) Facts(_ context.Context, attrs []string) (machine.Facts, error) {
	f := machine.Facts{Release: m.k.release, Config: config, Sysfs: map[string]bool{}}
	for _, name := range attrs {
		f.Sysfs[name] = m.hasAttr(name)
	}
	return f, nil
}

func (m *Machine) hasAttr(name string) bool {
	return m.k.patchAttr(&patch{}, name) != nil || name == "patched" && m.k.patchedAttr
}

// Begin implements [machine.Machine].
func (m *Machine) Begin(context.Context) error {
	m.k.prevStateWarn, m.k.ftraceWarned = false, false
	m.before = m.left()
	return nil
}

// Step implements [machine.Machine]. The error wraps [ErrNotModelled] if the
// model has no answer; the machine is unusable afterwards.
func (m *Machine) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	if err := ctx.Err(); err != nil {
		return machine.Answer{}, err
	}
	if m.k.fault == nil {
		clear(m.k.calls)
	}
	m.k.log.add(user, levelNotice, "% "+cmd.Text)
	out := m.run(cmd)
	ans := machine.Answer{Output: out.output, Errno: errnoName(out.ret)}
	m.k.runTasks()
	m.k.runFreeWork()
	if out.starts && !cmd.Background {
		ans.Stall = m.settle(limit)
	}
	if cmd.Verb != machine.Fail && ans.Stall == nil {
		m.k.disarm()
	}
	ans.Records = m.k.log.take()
	if m.k.prevStateWarn {
		m.taint |= taintWarn
	}
	m.k.checkBounds()
	if m.k.gaveUp != nil {
		return ans, fmt.Errorf("%% %s: %w", cmd.Text, m.k.gaveUp)
	}
	return ans, nil
}

// errnoName names an error as a system call returns it: a number between -4095
// and -1.
func errnoName(ret int) string {
	if ret >= 0 || ret < -4095 {
		return ""
	}
	if name := unix.ErrnoName(unix.Errno(-ret)); name != "" {
		return name
	}
	return fmt.Sprintf("errno %d", -ret)
}

// settle waits until no transition runs. Tasks that block it for a second will
// always block it.
func (m *Machine) settle(limit time.Duration) *machine.Stall {
	for m.k.transition != nil {
		before := m.k.progress()
		m.k.elapse()
		if m.k.transition != nil && m.k.progress() == before {
			return m.stall(limit)
		}
	}
	return nil
}

// progress returns a text that changes as long as a transition may end by
// itself.
func (k *kernel) progress() string {
	text := fmt.Sprint(k.delayedWork)
	for _, t := range k.tasks.list {
		text += fmt.Sprint(" ", t.comm, t.state, t.pending, t.in)
	}
	return text
}

func (m *Machine) stall(limit time.Duration) *machine.Stall {
	s := &machine.Stall{What: "transition of " + m.k.transition.mod.name, Limit: limit}
	for _, t := range m.k.tasks.list {
		if t.state != m.k.target {
			s.Tasks = append(s.Tasks, machine.Task{Comm: t.comm, Stack: string(t.in)})
		}
	}
	return s
}

// End implements [machine.Machine].
func (m *Machine) End(context.Context) (machine.EndState, error) {
	end := m.left()
	end.Modules = without(end.Modules, m.before.Modules)
	end.Patches = without(end.Patches, m.before.Patches)
	end.Records = m.k.log.take()
	return end, nil
}

func (m *Machine) left() machine.EndState {
	end := machine.EndState{Taint: m.taint}
	for _, mod := range m.k.modules.list {
		end.Modules = append(end.Modules, mod.name)
	}
	for _, p := range m.k.directories {
		end.Patches = append(end.Patches, p.mod.name)
	}
	slices.Sort(end.Modules)
	slices.Sort(end.Patches)
	return end
}

func without(list, drop []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return slices.Contains(drop, s) })
}
