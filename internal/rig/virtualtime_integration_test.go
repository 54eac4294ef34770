// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
)

// TestIntegrationVirtualTime: a guest's sleep ends at once, but while it waits for its
// host, its time passes like the host's, or stands still.
func TestIntegrationVirtualTime(t *testing.T) {
	m := playing(t, emulated(t))
	uptime := func(shell string) time.Duration {
		t.Helper()
		a, err := m.Step(t.Context(), machine.Command{Text: shell, Verb: machine.Sh, Args: []string{shell + "cat /proc/uptime"}}, time.Hour)
		if err != nil || a.Stall != nil || a.Errno != "" {
			t.Fatal(a, err)
		}
		text, _, _ := strings.Cut(a.Output, " ")
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(seconds * float64(time.Second))
	}
	uptime("")
	for _, pause := range []time.Duration{0, linger, 10 * linger, time.Second} {
		before := uptime("")
		time.Sleep(pause)
		if passed := uptime("") - before; passed > 3*time.Second {
			t.Errorf("%v of the host's time are %v in the guest", pause, passed)
		}
	}
	started, before := time.Now(), uptime("")
	if passed := uptime("sleep 600; ") - before; passed < 600*time.Second {
		t.Errorf("600 s took %v in the guest", passed)
	}
	if took := time.Since(started); took > 300*time.Second {
		t.Errorf("600 s in the guest took %v", took)
	}
}

// TestIntegrationForcedModule: the module of a forced livepatch stays, and the kernel is not
// asked again and again whether it does.
func TestIntegrationForcedModule(t *testing.T) {
	results, err := Collect(emulated(t).RunCases(t.Context(), shipped(t, "force-replacing")))
	if err != nil || len(results) != 1 || results[0].Verdict != judge.Pass {
		t.Fatal(results, err)
	}
	var marks []machine.Record
	for _, a := range results[0].Observation.Answers {
		marks = append(marks, a.Records[0])
	}
	for i, mark := range marks[1:] {
		if passed := time.Duration(mark.Usec-marks[i].Usec) * time.Microsecond; strings.HasPrefix(marks[i].Text, "% rmmod") && passed > time.Second {
			t.Errorf("%s takes %v of the guest's time", marks[i].Text, passed)
		}
	}
}

// TestIntegrationSpins: an idle guest whose time jumps is not taken for one that hangs.
func TestIntegrationSpins(t *testing.T) {
	r := emulated(t)
	for _, tt := range []struct {
		command string
		want    bool
	}{
		{"sleep 1000000000", false},
		{"while :; do :; done", true},
	} {
		if got := spinsDuring(t, r, tt.command); got != tt.want {
			t.Errorf("%s: spins %t", tt.command, got)
		}
	}
}

// spinsDuring returns the result of spins for a clone that runs a command.
func spinsDuring(t *testing.T, r *Rig, command string) bool {
	t.Helper()
	m := playing(t, r)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = m.Step(ctx, machine.Command{Text: command, Verb: machine.Sh, Args: []string{command}}, 1000*time.Hour) // cut off below
	}()
	time.Sleep(spinSample) // the command has begun by then
	spin := spins(t.Context(), m.VM)
	if halts := m.VM.Halts(t.Context(), spinSample); halts == spin {
		t.Errorf("%s: halts %t", command, halts)
	}
	cancel()
	<-done
	return spin
}

// emulated is a rig whose guests have virtual time.
func emulated(t *testing.T) *Rig {
	t.Helper()
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	r := newRig(t, Options{Accel: "tcg"})
	t.Cleanup(func() { r.Close() })
	return r
}

// playing is a clone in which a case has begun.
func playing(t *testing.T, r *Rig) *guestMachine {
	t.Helper()
	g, err := r.clone(t.Context(), r.shape())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	m := &guestMachine{Guest: g, step: func(string) {}}
	if err := m.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

const linger = 2 * time.Millisecond // as in package vm
