// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

func TestShortageIsNotTheSourcesFault(t *testing.T) {
	for line, want := range map[string]string{
		"fatal error: error writing to /tmp/x.s: No space left on device": "no room",
		"gcc: fatal error: Killed signal terminated program cc1":          "no memory",
		"cc1: out of memory allocating 65536 bytes":                       "no memory",
	} {
		for _, target := range []string{"bzImage", "olddefconfig"} {
			b := testBuilder(t, newSource(t, "6.12"), fakeKernel+`case $* in *`+target+`*) echo "`+line+`"; exit 2; esac`)
			_, err := b.Build(t.Context())
			if errors.Is(err, ErrBroken) || blame.Of(err) != blame.Rig || !strings.Contains(err.Error(), want) || !strings.Contains(blame.Detail(err), "\n"+line+"\n") {
				t.Errorf("%s, %s: error is %v", target, line, err)
			}
		}
	}
}

// A compiler may quote a source that has the words of a shortage.
func TestQuotedShortageIsTheSourcesFault(t *testing.T) {
	quote := `echo "../a.c:12:1: error: no"; echo '   12 | pr_err("No space left on device: out of memory")'`
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel+`case $* in *bzImage*) `+quote+`; exit 2; esac`)
	if _, err := b.Build(t.Context()); !errors.Is(err, ErrBroken) {
		t.Errorf("error is %v", err)
	}
}

// full is a file on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestLogThatCannotBeWrittenEndsNothing(t *testing.T) {
	log := &tolerant{w: full{}}
	for range 2 {
		if n, err := log.Write([]byte("abc")); n != 3 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if !errors.Is(log.err, syscall.ENOSPC) {
		t.Errorf("error is %v", log.err)
	}
}

// endlessMake never finishes a build, and writes down its process ids.
const endlessMake = `
case $* in *bzImage*)
	for arg; do case $arg in O=*) o=${arg#O=};; esac; done
	trap "$ON_TERM" TERM
	sleep 1000 & echo $! $$ >"$o/pids.new"; mv "$o/pids.new" "$o/pids"
	wait; wait
esac
` + fakeKernel

// interrupt starts a build and cancels it.
func interrupt(t *testing.T, w *Workshop) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := w.Build(ctx)
		done <- err
	}()
	pids := supervisetest.WaitFor(t, filepath.Join(w.view.build(), "pids"))
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v", err)
	}
	supervisetest.WantGone(t, pids, 0)
}

func TestInterruptedMakeTidiesUp(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), `ON_TERM='echo tidy >"$o/tidy"; exit 1'`+endlessMake)
	w := open(t, b)
	interrupt(t, w)
	if !exists(w.view.build(), "tidy") {
		t.Error("make had no time to tidy up")
	}
	if exists(w.view.build(), unfinished) {
		t.Error("an orderly end leaves the mark of a killed one")
	}
}

func TestMakeThatHadToBeKilledLeavesItsMark(t *testing.T) {
	w := open(t, testBuilder(t, newSource(t, "6.12"), "ON_TERM=''"+endlessMake))
	w.make.grace = 50 * time.Millisecond
	interrupt(t, w)
	if !exists(w.view.build(), unfinished) {
		t.Error("what is half written will be taken for whole")
	}
}

// Only the errors of make itself are the source's fault.
func TestStoppedMakeIsNotTheSourcesFault(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		limit  time.Duration
		want   string
	}{
		"killed": {`case $* in *bzImage*) kill -KILL $$; esac`, time.Minute, "make was killed"},
		"slow":   {"ON_TERM='exit 1'" + endlessMake, 500 * time.Millisecond, "make took more than"},
	} {
		w := open(t, testBuilder(t, newSource(t, "6.12"), fakeKernel+test.script))
		w.make.limit = test.limit
		_, err := w.Build(t.Context())
		if err == nil || errors.Is(err, ErrBroken) || blame.Of(err) != blame.Rig || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}
