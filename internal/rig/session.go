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

// session is a session with the agent of a solo machine.
type session struct {
	solo  *solo
	agent *client.Client
	files map[string]string // its modules: name to file
	boot  string            // identifies the machine's boot
	test  string            // name of the current test
	log   strings.Builder   // the kernel log during the test
}

var _ instance = (*session)(nil)

func (r *session) machine(name string, step func(string)) machine.Machine {
	r.test = name
	r.log.Reset()
	return &sessionMachine{session: r, step: step}
}

func (r *session) put(ctx context.Context, modules []kmods.Module) error {
	for _, m := range modules {
		if r.files[m.Name] == m.Path {
			continue
		}
		data, err := os.ReadFile(m.Path)
		if err != nil {
			return err
		}
		r.solo.sent[m.Name] = true
		if err := r.agent.Put(ctx, m.Name, data); err != nil {
			return fmt.Errorf("copying %s to %s: %w", m.Name, r.solo.to, r.whole(ctx, err))
		}
		r.files[m.Name] = m.Path
	}
	return nil
}

func (r *session) putFiles(context.Context, map[string][]byte) error {
	return errors.New("a machine takes modules only")
}

func (r *session) rest(context.Context) error { return nil } // nothing else could use its processors
func (r *session) wake(context.Context) error { return nil }

// preserve writes the kernel log of the test to a file. There is no QEMU command.
func (r *session) preserve() (log, qemu string) {
	return r.attach(strings.ReplaceAll(r.test, "/", "-")+".log", r.log.String()), ""
}

func (r *session) attach(name, text string) string {
	r.solo.rig.keep.Store(true)
	path := filepath.Join(r.solo.rig.work, name)
	_ = os.WriteFile(path, []byte(text), 0o600) // if the file is missing, its reader learns that the disk is full
	return path
}

func (r *session) used() (t vm.CPUTime, ok bool) { return t, false }

func (r *session) alive() bool  { return r.agent.Usable() }
func (r *session) Close() error { return r.agent.Close() }

// whole returns the error of a call, or the state of the machine if the
// call ended the session.
func (r *session) whole(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || r.agent.Usable() || r.solo.now != r {
		return err
	}
	return r.solo.lost(ctx, r.boot, err)
}

// borrowed is a session that its user does not close.
type borrowed struct{ *session }

func (borrowed) Close() error { return nil }

// sessionMachine is a session as a test sees it.
type sessionMachine struct {
	*session
	step func(text string)
}

var _ machine.Machine = (*sessionMachine)(nil)

// Facts reports the machine as emulated: it is unknown whether an emulator runs the
// kernel, so an observation that no kernel can cause proves nothing.
func (m *sessionMachine) Facts(ctx context.Context, attrs []string) (machine.Facts, error) {
	f, err := m.agent.Facts(ctx, attrs)
	f.Emulated, f.Noisy = true, true
	return f, m.whole(ctx, err)
}

func (m *sessionMachine) Begin(ctx context.Context) error {
	return m.whole(ctx, m.agent.Begin(ctx))
}

func (m *sessionMachine) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	m.step("% " + cmd.Text)
	a, err := m.agent.Step(ctx, cmd, limit)
	m.keep(a.Records)
	return a, m.whole(ctx, err)
}

func (m *sessionMachine) End(ctx context.Context) (machine.EndState, error) {
	end, err := m.agent.End(ctx)
	m.keep(end.Records)
	return end, m.whole(ctx, err)
}

// keep adds records to the log in the kernel's format.
func (m *sessionMachine) keep(records []machine.Record) {
	for _, r := range records {
		m.log.WriteString(r.Raw())
	}
}
