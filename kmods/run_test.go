// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func shell(t *testing.T, script string) job {
	dir := t.TempDir()
	return job{
		Argv:  []string{"/bin/sh", "-c", script},
		Env:   []string{"PATH=/usr/bin:/bin"},
		Dir:   dir,
		Log:   filepath.Join(dir, logName),
		Limit: time.Minute,
	}
}

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		want         outcome
		log          string
	}{
		{"success", "echo out; echo err >&2", outcome{Ending: exited}, "out\nerr\n"},
		{"failure", "exit 7", outcome{Ending: exited, Code: 7}, ""},
		{"signal", "kill -9 $$", outcome{Ending: exited, Code: -1}, ""},
		{"no inherited file", "test -e /proc/$$/fd/1 && ! test -e /proc/$$/fd/3", outcome{Ending: exited}, ""},
		{"clean environment", "env | sed 's/=.*//' | grep -vE '^(PWD|SHLVL|_|OLDPWD)$'", outcome{Ending: exited}, "PATH\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("SECRET", "x")
			j := shell(t, tt.script)
			got, err := run(t.Context(), j)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if log := readLog(j.Dir); log != tt.log {
				t.Errorf("log %q, want %q", log, tt.log)
			}
		})
	}
}

func TestRunCannotStart(t *testing.T) {
	j := shell(t, "")
	j.Argv = []string{"/nonexistent"}
	got, err := run(t.Context(), j)
	if err != nil || got.Ending != broken || !strings.Contains(got.Cause, "/nonexistent") {
		t.Errorf("%+v, %v", got, err)
	}
}

// The whole group is gone when run returns, its background children included.
func TestRunOutOfTime(t *testing.T) {
	j := shell(t, "sleep 600 & echo $! $$; wait")
	j.Limit = 300 * time.Millisecond
	got, err := run(t.Context(), j)
	if err != nil || got.Ending != outOfTime {
		t.Fatalf("%+v, %v", got, err)
	}
	wantGone(t, strings.Fields(readLog(j.Dir)), 0)
}

func TestRunLeavesNoBackground(t *testing.T) {
	j := shell(t, "sleep 600 & echo $!")
	got, err := run(t.Context(), j)
	if err != nil || got.Ending != exited {
		t.Fatalf("%+v, %v", got, err)
	}
	wantGone(t, strings.Fields(readLog(j.Dir)), 0)
}

func TestRunCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	j := shell(t, "sleep 600 & echo $! $$ > pids.new; mv pids.new pids; wait")
	pids := filepath.Join(j.Dir, "pids")
	done := make(chan error, 1)
	go func() {
		_, err := run(ctx, j)
		done <- err
	}()
	waitFor(t, pids)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	wantGone(t, strings.Fields(string(text)), 0)
}

func TestRunAlreadyCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	j := shell(t, "touch ran")
	if _, err := run(ctx, j); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(filepath.Join(j.Dir, "ran")); err == nil {
		t.Error("it ran")
	}
}

func TestSuperviseWithoutJob(t *testing.T) {
	if got := supervise(strings.NewReader("nonsense")); got.Ending != broken {
		t.Errorf("%+v", got)
	}
}

func TestMainIsNotHandled(t *testing.T) {
	if Main() {
		t.Error("an ordinary process took itself for the supervisor")
	}
}

func TestReadOutcome(t *testing.T) {
	if _, err := readOutcome([]byte("usage: …")); err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("%v", err)
	}
}
