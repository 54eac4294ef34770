// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/klptest/klptest/internal/splat"
)

// consoleOf returns a console that has read text in pieces of that size.
func consoleOf(t *testing.T, text string, size int) *Console {
	t.Helper()
	c, err := Open(filepath.Join(t.TempDir(), "console.log"), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	c.Follow(&pieces{strings.NewReader(text), size})
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

// pieces reads at most size bytes at once.
type pieces struct {
	r    io.Reader
	size int
}

func (p *pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), p.size)]) }

func isAlive(c *Console) bool {
	select {
	case <-c.Alive():
		return true
	default:
		return false
	}
}

const crash = "[    1.000000] Run /init as init process\r\n" +
	"[    2.000000][    T1] WARNING: CPU: 0 PID: 1 at kernel/livepatch/state.c:69 klp_get_prev_state+0x6b/0x80\r\n" +
	"[    3.000000] BUG: kernel NULL pointer dereference, address: 0000000000000010\r\n" +
	"[    3.000001] Oops: 0000 [#1] PREEMPT SMP NOPTI\r\n" +
	"[    3.100000] Kernel panic - not syncing: Fatal exception"

func TestConsoleSeesTheCrash(t *testing.T) {
	for _, size := range []int{1, 7, 4096} {
		c := consoleOf(t, crash, size)
		want := []splat.Splat{{Kind: splat.Warning, Where: "klp_get_prev_state"}, {Kind: splat.Bug}, {Kind: splat.Oops}, {Kind: splat.Panic, Fatal: true}}
		if diff := cmp.Diff(want, c.Splats()); diff != "" {
			t.Errorf("pieces of %d (-want +got)\n%s", size, diff)
		}
		if !isAlive(c) {
			t.Errorf("pieces of %d: no life", size)
		}
		if got := c.Crash(); got != "BUG: kernel NULL pointer dereference, address: 0000000000000010" {
			t.Errorf("pieces of %d: crash %q", size, got)
		}
	}
}

// TestConsoleKnowsItsWriters checks that once the kernel's lines have a
// facility, no other line is taken for the kernel's.
func TestConsoleKnowsItsWriters(t *testing.T) {
	const boot = "[    0.000000] Linux version 6.12\n<6>[    0.100000] Run /init as init process\n"
	for text, want := range map[string]string{
		"<0>[    3.000000] Kernel panic - not syncing: x\n":                     "Kernel panic - not syncing: x",
		"<0>[    3.000000][    T1] Kernel panic - not syncing: x\n":             "Kernel panic - not syncing: x",
		"<2>Kernel panic - not syncing: without a time\n":                       "Kernel panic - not syncing: without a time",
		"<12>[    3.000000] Kernel panic - not syncing: kmsg\n":                 "",
		"<8>[    3.000000] Oops: 0000 [#1] kmsg\n":                              "",
		"[    3.000000] Kernel panic - not syncing: printed\n":                  "",
		"Kernel panic - not syncing: printed\n":                                 "",
		"x<0>[    3.000000] Kernel panic - not syncing: amid\n":                 "",
		"<6>[    3.000000] x [    3.000000] Kernel panic - not syncing: amid\n": "",
	} {
		if got := consoleOf(t, boot+text, 4096).Crash(); got != want {
			t.Errorf("%q: crash %q", text, got)
		}
	}
	c := consoleOf(t, boot, 4096)
	if got := c.Tail(1); got != "[    0.100000] Run /init as init process" {
		t.Errorf("tail %q", got)
	}
}

// TestConsoleOfAClone tests a console that continues where another stopped: its
// first line already has a facility.
func TestConsoleOfAClone(t *testing.T) {
	c, err := Open(filepath.Join(t.TempDir(), "console.log"), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	c.Follow(strings.NewReader("[    3.000000] Kernel panic - not syncing: printed\n"))
	if c.Crash() != "" {
		t.Errorf("crash %q", c.Crash())
	}
}

func TestConsoleWithoutCrash(t *testing.T) {
	c := consoleOf(t, "[    0.1] Command line: panic=-1 oops=panic\n[    2.000000] BUG: sleeping function called from invalid context at x.c:1\n", 4096)
	if c.Crash() != "" {
		t.Errorf("crash %q", c.Crash())
	}
	silent := consoleOf(t, "", 1)
	if isAlive(silent) || silent.Tail(10) != "" {
		t.Error("nothing passes for life")
	}
}

// TestConsoleThatNobodyFollows closes a console that was never followed: a
// machine may fail to start.
func TestConsoleThatNobodyFollows(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	c, err := Open(filepath.Join(t.TempDir(), "console.log"), io.Discard, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestConsoleLabel(t *testing.T) {
	var out bytes.Buffer
	c, err := Open(filepath.Join(t.TempDir(), "console.log"), &out, false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Label("guest-1")
	in, w := io.Pipe()
	go c.Follow(in)
	io.WriteString(w, "one\ntw")
	io.WriteString(w, "o") // is read when the line before it has been printed
	c.Label("a\ncase")
	io.WriteString(w, "\n")
	w.Close()
	<-c.Done()
	if want := "guest-1 | one\na\\ncase | two\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	if log := c.Tail(1); log != "two" {
		t.Errorf("the log has %q", log)
	}
}

func TestConsoleTailIsSafe(t *testing.T) {
	c := consoleOf(t, "one\r\ntwo\r\n\x1b[31mthree\r\n", 5)
	if got := c.Tail(2); got != "two\n\\x1b[31mthree" {
		t.Errorf("tail %q", got)
	}
	if got := c.Tail(0); got != "" {
		t.Errorf("no lines: %q", got)
	}
	if got := string(readFile(t, c.Path())); got != "one\r\ntwo\r\n\x1b[31mthree\r\n" {
		t.Errorf("the file holds %q", got)
	}
}

// TestConsoleEndlessLine checks that an endless line is examined in pieces, and
// that a line feed right after a full piece does not make a line of its own.
func TestConsoleEndlessLine(t *testing.T) {
	text := strings.Repeat("x", 3*maxLine) + "\nKernel panic - not syncing: after all\n"
	c := consoleOf(t, text, 64<<10)
	if c.Crash() == "" {
		t.Error("the panic after a long line is not seen")
	}
	if cap(c.line) > 2*maxLine {
		t.Errorf("a line took %d bytes", cap(c.line))
	}
}

func TestConsoleCountsSplats(t *testing.T) {
	c := consoleOf(t, strings.Repeat("BUG: Bad page state\n", maxSplats+100), 4096)
	if n := len(c.Splats()); n != maxSplats {
		t.Errorf("%d splats", n)
	}
}

func FuzzConsole(f *testing.F) {
	f.Add(crash, 3)
	f.Fuzz(func(t *testing.T, text string, size int) {
		size = 1 + (size&0xffff)%5000
		whole, parts := consoleOf(t, text, 1<<20), consoleOf(t, text, size)
		if diff := cmp.Diff(whole.Splats(), parts.Splats()); diff != "" {
			t.Errorf("depends on how it is read: %s", diff)
		}
	})
}
