// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// A wait for a stopped process names the process.
func TestWaitForAStoppedProcessSaysSo(t *testing.T) {
	told := make(chan string, 9)
	c, err := Open(filepath.Join(t.TempDir(), "klptest"), func(line string) { told <- line })
	if err != nil {
		t.Fatal(err)
	}
	p := spawn(t, "fill-slowly", c.Root())
	p.line(t)
	if err := p.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), quiet+time.Second)
	defer cancel()
	want := fmt.Sprintf("process %d, which is stopped", p.Process.Pid)
	if _, err := c.Entry(ctx, "k", "a", neverFill(t)); err == nil || !strings.HasPrefix(err.Error(), want+" has locked ") {
		t.Errorf("%v", err)
	}
	if line := <-told; line != "waiting for another klptest: "+want+" makes k/a in the cache" {
		t.Errorf("%q", line)
	}
	_ = p.Process.Signal(unix.SIGCONT)
	p.stdin.Close()
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
}

// Whoever cannot wait until another process has removed entries is told so, and not
// that the cache cannot be written to.
func TestOpenDuringARemoval(t *testing.T) {
	c := open(t)
	alone, err := c.claim()
	if err != nil {
		t.Fatal(err)
	}
	defer alone()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = OpenContext(ctx, c.Root(), nil)
	e, ok := errors.AsType[*blame.Error](err)
	if want := fmt.Sprintf("process %d has locked ", os.Getpid()); !ok || !strings.HasPrefix(err.Error(), want) || !strings.HasPrefix(e.Advice, "wait until it ends") {
		t.Errorf("%v", err)
	}
}

func TestHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	for text, want := range map[string]string{"": "another process", "x": "another process", "-1\n": "process -1", fmt.Sprintln(os.Getpid()): fmt.Sprintf("process %d", os.Getpid())} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := holder(path); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// NFS gives a file that is deleted but still open a name that begins with a
// dot.
func TestNamesWithADotAreNoEntries(t *testing.T) {
	c := open(t)
	if _, err := c.Entry(t.Context(), "k", "a", fillWith("x")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"k/.nfs0001", ".x"} {
		if err := os.Mkdir(c.in(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	list, err := c.Usage()
	if err != nil || len(list) != 1 || list[0].String() != "k/a" {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := c.RemoveAll(t.Context(), list); err != nil {
		t.Error(err)
	}
}
