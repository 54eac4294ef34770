// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/kmods"
	"github.com/klptest/klptest/vm"
)

// remote is a session with the agent of a solo machine.
type remote struct {
	solo  *solo
	agent *client.Client
	files map[string]string // the modules that are there: which file each is of
	boot  string            // of the machine: another one for each
	test  string            // its name
	log   strings.Builder   // what the kernel has logged during it
}

var _ instance = (*remote)(nil)

func (r *remote) machine(name string, step func(string)) machine.Machine {
	r.test = name
	r.log.Reset()
	return &remoteMachine{remote: r, step: step}
}

func (r *remote) put(ctx context.Context, modules []kmods.Module) error {
	for _, m := range modules {
		if r.files[m.Name] == m.Path {
			continue
		}
		data, err := os.ReadFile(m.Path)
		if err != nil {
			return err
		}
		if err := r.agent.Put(ctx, m.Name, data); err != nil {
			return fmt.Errorf("copying %s to %s: %w", m.Name, r.solo.to, r.whole(ctx, err))
		}
		r.files[m.Name] = m.Path
	}
	return nil
}

func (r *remote) putFiles(context.Context, map[string][]byte) error {
	return errors.New("a machine takes modules only")
}

func (r *remote) rest(context.Context) error { return nil } // nothing else would use its processors
func (r *remote) wake(context.Context) error { return nil }

// preserve writes the kernel's log of the test to a file. No command starts a machine.
func (r *remote) preserve() (log, qemu string) {
	return r.attach(strings.ReplaceAll(r.test, "/", "-")+".log", r.log.String()), ""
}

func (r *remote) attach(name, text string) string {
	r.solo.rig.keep.Store(true)
	path := filepath.Join(r.solo.rig.work, name)
	_ = os.WriteFile(path, []byte(text), 0o600) // without the file its reader learns that the disk is full
	return path
}

func (r *remote) used() (vm.CPUTime, bool) { return vm.CPUTime{}, false }
func (r *remote) alive() bool              { return r.agent.Usable() }
func (r *remote) Close() error             { return r.agent.Close() }

// whole returns the error of a call, or what has become of the machine if the session
// has ended with it.
func (r *remote) whole(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || r.agent.Usable() || r.solo.now != r {
		return err
	}
	return r.solo.lost(ctx, r.boot, err)
}

// borrowed is a machine that its user does not end.
type borrowed struct{ *remote }

func (borrowed) Close() error { return nil }

// remoteMachine is a remote as a test sees it.
type remoteMachine struct {
	*remote
	step func(text string)
}

var _ machine.Machine = (*remoteMachine)(nil)

// Facts: nobody knows whether an emulator runs the kernel, so that what no kernel can
// bring about proves nothing.
func (m *remoteMachine) Facts(ctx context.Context, attrs []string) (machine.Facts, error) {
	f, err := m.agent.Facts(ctx, attrs)
	f.Emulated, f.Noisy = true, true
	return f, m.whole(ctx, err)
}

func (m *remoteMachine) Begin(ctx context.Context) error {
	return m.whole(ctx, m.agent.Begin(ctx))
}

func (m *remoteMachine) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	m.step("% " + cmd.Text)
	a, err := m.agent.Step(ctx, cmd, limit)
	m.keep(a.Records)
	return a, m.whole(ctx, err)
}

func (m *remoteMachine) End(ctx context.Context) (machine.EndState, error) {
	end, err := m.agent.End(ctx)
	m.keep(end.Records)
	return end, m.whole(ctx, err)
}

// keep adds records to the log, as the kernel prints them.
func (m *remoteMachine) keep(records []machine.Record) {
	for _, r := range records {
		fmt.Fprintf(&m.log, "<%d>%s %s\n", r.Facility<<3|r.Level, r.Stamp(), r.Text)
	}
}
