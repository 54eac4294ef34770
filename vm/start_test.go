// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/splat"
	"github.com/klptest/klptest/vm/qmp"
	"github.com/klptest/klptest/vm/vmtest"
)

// fakeSpec returns a guest whose QEMU does what the script says.
func fakeSpec(t *testing.T, script vmtest.Script) Spec {
	t.Helper()
	return Spec{QEMU: vmtest.QEMU(t, script), Kernel: vmtest.Kernel(t), Dir: t.TempDir(), Accel: TCG}
}

// running makes a fake QEMU wait for the end of Start, for a guest without SSH.
var running = vmtest.Step{After: "qmp_capabilities"}

// started starts a fake guest.
func started(t *testing.T, spec Spec) *VM {
	t.Helper()
	v, err := Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

// died waits for the end of a guest and returns its reason.
func died(t *testing.T, v *VM) *blame.Error {
	t.Helper()
	<-v.Exited()
	var e *blame.Error
	if err := v.Death(); !errors.As(err, &e) {
		t.Fatalf("Death is %v", err)
	}
	return e
}

func TestStartAndClose(t *testing.T) {
	v := started(t, fakeSpec(t, vmtest.Script{}))
	if err := v.Death(); err != nil || v.Accel() != TCG {
		t.Errorf("a living guest on %s: %v", v.Accel(), err)
	}
	cpu, err := v.CPUTime()
	if err != nil || cpu.Run <= 0 {
		t.Errorf("CPU time %+v, %v", cpu, err)
	}
	for range 2 {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := v.Death(); err != nil {
		t.Errorf("a closed guest died of %v", err)
	}
	if _, err := v.CPUTime(); !errors.Is(err, qmp.ErrGone) {
		t.Errorf("CPU time of a closed guest: %v", err)
	}
}

// TestPanicTextEndsNoGuest checks that only QEMU's own exit ends a guest whose
// kernel panics, here late.
func TestPanicTextEndsNoGuest(t *testing.T) {
	v := started(t, fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{
		running, {Print: "[    1.000000] Oops: 0000 [#1] PREEMPT SMP NOPTI\n[    1.100000] Kernel panic - not syncing: Fatal exception\n"},
		{Print: "[    1.200000] Kernel Offset: disabled\n"}, {Sleep: 2500 * time.Millisecond}, vmtest.Exit(0),
	}}))
	e := died(t, v)
	if err := v.process.Wait(); err != nil {
		t.Errorf("QEMU did not end by itself: %v", err)
	}
	if e.Party != blame.Kernel || !strings.Contains(e.Summary, "Oops: 0000 [#1]") {
		t.Errorf("%v: %v", e.Party, e)
	}
	if !strings.Contains(e.Tail, "Kernel Offset") || e.Path != v.Console().Path() {
		t.Errorf("tail %q, path %q", e.Tail, e.Path)
	}
	want := []splat.Splat{{Kind: splat.Oops}, {Kind: splat.Panic, Fatal: true}}
	if diff := cmp.Diff(want, v.Console().Splats()); diff != "" {
		t.Error(diff)
	}
}

func TestPanicOutlivesClose(t *testing.T) {
	v := started(t, fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{running, {Print: "Kernel panic - not syncing: x\n"}, vmtest.Exit(0)}}))
	<-v.Exited()
	v.Close()
	if e := died(t, v); e.Party != blame.Kernel {
		t.Errorf("%v: %v", e.Party, e)
	}
}

func TestDeathWithoutPanicIsTheRigs(t *testing.T) {
	tests := []struct {
		name  string
		steps []vmtest.Step
		want  string
	}{
		{"reset", []vmtest.Step{{Print: "reboot: Restarting system\n"}, vmtest.Exit(0)}, "was reset or switched off from inside"},
		{"PID 1 ended", []vmtest.Step{{Print: "[    1.000000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n"}, vmtest.Exit(0)}, "PID 1 ended"},
		{"QEMU's own word", []vmtest.Step{{Print: "boot\n", Stderr: "qemu: first\nqemu: \x1b[1mlast\n"}, vmtest.Exit(1)}, `exit status 1): qemu: \x1b[1mlast`},
		{"no word", []vmtest.Step{vmtest.Exit(3)}, "exit status 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := started(t, fakeSpec(t, vmtest.Script{Steps: append([]vmtest.Step{running}, tt.steps...)}))
			if e := died(t, v); e.Party != blame.Rig || !strings.Contains(e.Error(), tt.want) {
				t.Errorf("%v: %v, want %q", e.Party, e, tt.want)
			}
		})
	}
}

// TestPID1KilledByAnOopsIsTheKernels checks that an oops that kills PID 1 is
// blamed on the kernel, although the panic is PID 1's.
func TestPID1KilledByAnOopsIsTheKernels(t *testing.T) {
	v := started(t, fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{running,
		{Print: "[    1.000000] Oops: 0000 [#1] SMP\n[    1.100000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\n"}, vmtest.Exit(0)}}))
	if e := died(t, v); e.Party != blame.Kernel {
		t.Errorf("%v: %v", e.Party, e)
	}
}

func TestKilledFromOutside(t *testing.T) {
	v := started(t, fakeSpec(t, vmtest.Script{}))
	v.process.Kill()
	if e := died(t, v); e.Party != blame.Rig || !strings.Contains(e.Advice, "out of memory") {
		t.Errorf("%v, advice %q", e, e.Advice)
	}
}

func TestStartFails(t *testing.T) {
	keys, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		script vmtest.Script
		want   string
	}{
		{"QEMU refuses", vmtest.Script{Steps: []vmtest.Step{{Stderr: "qemu: Invalid CPU model\n"}, vmtest.Exit(1)}, NoQMP: true}, "qemu: Invalid CPU model"},
		{"QMP is closed", vmtest.Script{Steps: []vmtest.Step{{Hangup: true}}, NoQMP: true}, "QEMU ended"},
		{"panic at once", vmtest.Script{Steps: []vmtest.Step{{Print: "Kernel panic - not syncing: early\n"}, vmtest.Exit(0)}, NoQMP: true}, "Kernel panic - not syncing: early"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spec := fakeSpec(t, tt.script)
			spec.Keys = keys
			v, err := Start(t.Context(), spec)
			if v != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, error %v, want %q", v, err, tt.want)
			}
			wantParty := blame.Rig
			if strings.Contains(tt.want, "panic") {
				wantParty = blame.Kernel
			}
			if blame.Of(err) != wantParty {
				t.Errorf("blame %v: %v", blame.Of(err), err)
			}
		})
	}
}

func TestStartFailsOnTheHost(t *testing.T) {
	spec := fakeSpec(t, vmtest.Script{})
	if err := os.Mkdir(filepath.Join(spec.Dir, "qemu.log"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), spec); err == nil || !strings.Contains(err.Error(), "qemu.log") {
		t.Errorf("error %v", err)
	}
	if _, err := Start(t.Context(), Spec{}); blame.Of(err) != blame.User {
		t.Errorf("an empty spec: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, fakeSpec(t, vmtest.Script{})); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled start: %v", err)
	}
}

// TestHalfBuiltClose closes machines that never ran.
func TestHalfBuiltClose(t *testing.T) {
	v := newVM(fakeSpec(t, vmtest.Script{}).withDefaults(), TCG)
	v.config.QEMU = filepath.Join(t.TempDir(), "missing")
	if err := v.run(t.Context()); err == nil {
		t.Fatal("a missing QEMU runs")
	}
	for range 2 {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := newVM(config{}, TCG).Close(); err != nil {
		t.Error(err)
	}
}

func TestCancelKillsTheGuest(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	v, err := Start(ctx, fakeSpec(t, vmtest.Script{}))
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	reason := errors.New("enough")
	cancel(reason)
	if e := died(t, v); !errors.Is(e, reason) || e.Party != blame.Rig {
		t.Errorf("died of %v", e)
	}
}

// TestFlood checks that a guest that floods its console neither fills the disk
// nor blocks anything.
func TestFlood(t *testing.T) {
	spec := fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{
		running, {Print: "first\n"}, {Flood: 18}, {Print: "[    9.000000] Kernel panic - not syncing: at last\n"}, vmtest.Exit(0)}})
	terminal, stuck := io.Pipe() // nobody reads
	spec.Console = stuck
	v := started(t, spec)
	if e := died(t, v); !strings.Contains(e.Error(), "at last") {
		t.Errorf("died of %v", e)
	}
	terminal.Close()
	text := string(readFile(t, v.Console().Path()))
	if len(text) > 16<<20+1000 || !strings.HasPrefix(text, "first\n") || !strings.HasSuffix(text, "at last\n") {
		t.Errorf("the log has %d bytes, from %.20q to %q", len(text), text, text[len(text)-20:])
	}
	if !strings.Contains(text, "bytes are missing here") {
		t.Error("the log does not say what is missing")
	}
}

// TestQEMUFlood checks the size of QEMU's log: a guest can make QEMU complain
// forever.
func TestQEMUFlood(t *testing.T) {
	spec := fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{
		running, {Stderr: strings.Repeat("virtio: zero sized buffers are not allowed\n", 20000)}, {Stderr: "the last words\n"}, vmtest.Exit(1)}})
	v := started(t, spec)
	if e := died(t, v); !strings.Contains(e.Error(), "the last words") {
		t.Errorf("died of %v", e)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
	text := string(readFile(t, filepath.Join(spec.Dir, "qemu.log")))
	if len(text) > messagesHead+messagesTail+1000 || !strings.Contains(text, "bytes are missing here") || !strings.HasSuffix(text, "words\n") {
		t.Errorf("the log has %d bytes, and ends in %q", len(text), text[len(text)-20:])
	}
}

func TestLiveConsole(t *testing.T) {
	spec := fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{running, {Print: "\x1b[2Jhello\r\n"}, vmtest.Exit(0)}})
	var out strings.Builder
	spec.Console = &out
	v := started(t, spec)
	<-v.Exited()
	if out.String() != `\x1b[2Jhello`+"\n" {
		t.Errorf("%q", out.String())
	}
}

func TestCommandLineNeedsNoDescriptors(t *testing.T) {
	v := started(t, fakeSpec(t, vmtest.Script{}))
	if line := v.CommandLine(); strings.Contains(line, "fd=") || !strings.Contains(line, "-serial stdio") || !strings.HasPrefix(line, v.config.QEMU) {
		t.Error(line)
	}
}
