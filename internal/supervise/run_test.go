// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

// shell is a job that runs a script in its own directory.
func shell(t *testing.T, script string) (j Job, output *bytes.Buffer) {
	t.Helper()
	output = &bytes.Buffer{}
	return Job{
		Argv:   []string{"sh", "-c", script},
		Env:    []string{"PATH=/usr/bin:/bin"},
		Dir:    t.TempDir(),
		Output: output,
		Limit:  time.Minute,
	}, output
}

// ended has the results of Run.
type ended struct {
	Outcome
	err error
}

// start runs a job. It returns a channel for the results of Run, and the process
// IDs that the job has written to "pids".
func start(ctx context.Context, t *testing.T, j Job) (<-chan ended, []string) {
	t.Helper()
	done := make(chan ended, 1)
	go func() {
		out, err := Run(ctx, j)
		done <- ended{out, err}
	}()
	return done, supervisetest.WaitFor(t, filepath.Join(j.Dir, "pids"))
}

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		want         Outcome
		output       string
	}{
		{"success", "echo out; echo err >&2", Outcome{Ending: Exited}, "out\nerr\n"},
		{"failure", "exit 7", Outcome{Ending: Exited, Code: 7}, ""},
		{"killed", "kill -9 $$", Outcome{Ending: Exited, Code: -1, Killed: true}, ""},
		{"terminated", "kill -TERM $$", Outcome{Ending: Exited, Code: -1}, ""},
		{"no inherited file", "test -e /proc/$$/fd/1 && ! test -e /proc/$$/fd/3", Outcome{Ending: Exited}, ""},
		{"no input", "cat", Outcome{Ending: Exited}, ""},
		{"clean environment", "env | sed 's/=.*//' | grep -vE '^(PWD|SHLVL|_|OLDPWD)$'", Outcome{Ending: Exited}, "PATH\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("SECRET", "x")
			j, output := shell(t, tt.script)
			got, err := Run(t.Context(), j)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if output.String() != tt.output {
				t.Errorf("output %q, want %q", output, tt.output)
			}
		})
	}
}

func TestRunCannotStart(t *testing.T) {
	for _, name := range []string{"/nonexistent", "nonexistent"} {
		j, _ := shell(t, "")
		j.Argv = []string{name}
		got, err := Run(t.Context(), j)
		if err != nil || got.Ending != Broken || !strings.Contains(got.Err().Error(), name) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// TestRunOutOfTime: the whole group is gone when Run returns, including
// background children.
func TestRunOutOfTime(t *testing.T) {
	for _, grace := range []time.Duration{0, 200 * time.Millisecond} {
		j, output := shell(t, "trap '' TERM; sleep 600 & echo $! $$; wait")
		j.Limit, j.Grace = 300*time.Millisecond, grace
		got, err := Run(t.Context(), j)
		if err != nil || got != (Outcome{Ending: OutOfTime, Code: -1, Killed: true}) {
			t.Fatalf("%+v, %v", got, err)
		}
		supervisetest.WantGone(t, strings.Fields(output.String()), 0)
	}
}

func TestRunLeavesNoBackground(t *testing.T) {
	j, output := shell(t, "sleep 600 >/dev/null & echo $!")
	got, err := Run(t.Context(), j)
	if err != nil || got.Err() != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	supervisetest.WantGone(t, strings.Fields(output.String()), 0)
}

// cancelled runs a job and cancels it as soon as it has written its pids.
func cancelled(t *testing.T, j Job) Outcome {
	t.Helper()
	why := errors.New("why")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	done, pids := start(ctx, t, j)
	cancel(why)
	got := <-done
	if !errors.Is(got.err, why) {
		t.Errorf("error is %v", got.err)
	}
	supervisetest.WantGone(t, pids, 0)
	return got.Outcome
}

const writePids = "sleep 600 & echo $! $$ >pids; "

func TestRunCancelled(t *testing.T) {
	j, _ := shell(t, writePids+"wait")
	if got := cancelled(t, j); got != (Outcome{Ending: Cancelled, Code: -1, Killed: true}) {
		t.Errorf("%+v", got)
	}
}

func TestGraceIsForTidyingUp(t *testing.T) {
	j, _ := shell(t, "trap 'echo tidy; trap - TERM; kill -TERM $$' TERM; "+writePids+"wait")
	var output bytes.Buffer
	j.Grace, j.Output = time.Minute, &output
	if got := cancelled(t, j); got != (Outcome{Ending: Cancelled, Code: -1}) {
		t.Errorf("%+v", got)
	}
	if output.String() != "tidy\n" {
		t.Errorf("it says %q", &output)
	}
}

func TestGraceHasAnEnd(t *testing.T) {
	j, _ := shell(t, "trap '' TERM; "+writePids+"wait")
	j.Grace = 100 * time.Millisecond
	if got := cancelled(t, j); !got.Killed {
		t.Errorf("%+v", got)
	}
}

func TestRunAlreadyCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	j, _ := shell(t, "touch ran")
	if out, err := Run(ctx, j); !errors.Is(err, context.Canceled) || out.Killed {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(j.Dir, "ran")); err == nil {
		t.Error("it ran")
	}
}

func TestSuperviseWithoutJob(t *testing.T) {
	if got := supervise(strings.NewReader("nonsense")); got.Ending != Broken {
		t.Errorf("%+v", got)
	}
}

func TestMainIsNotHandled(t *testing.T) {
	if Main() {
		t.Error("an ordinary process took itself for the supervisor")
	}
}

// TestSupervisorStartsNoOther: a program that does not call Main would start itself
// again and again.
func TestSupervisorStartsNoOther(t *testing.T) {
	t.Setenv(roleEnv, supervisor)
	j, _ := shell(t, "true")
	if _, err := Run(t.Context(), j); err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("%v", err)
	}
}

func TestReadOutcome(t *testing.T) {
	out, err := readOutcome([]byte("usage: …"))
	if err == nil || !strings.Contains(err.Error(), "no answer") || !out.Killed {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestOutcomeErr(t *testing.T) {
	var got []string
	for _, o := range []Outcome{{Ending: Exited}, {Ending: Exited, Code: 2}, {Ending: Exited, Code: -1}, {Ending: OutOfTime, Code: -1}, {Ending: Broken, Cause: "no sh"}} {
		text := ""
		if err := o.Err(); err != nil {
			text = err.Error()
		}
		got = append(got, text)
	}
	want := []string{"", "exit status 2", "ended by a signal", "out of time", "no sh"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestOrphansAreWaitedFor: orphans become children of the supervisor, so that it can
// wait for their end.
func TestOrphansAreWaitedFor(t *testing.T) {
	j, _ := shell(t, `(sh -c 'until test "$(cut -d" " -f4 /proc/$$/stat)" = '$PPID'; do sleep 0.01; done; touch adopted' &)
until test -e adopted; do sleep 0.01; done`)
	j.Limit = 10 * time.Second
	if got, err := Run(t.Context(), j); err != nil || got.Err() != nil {
		t.Errorf("%+v, %v", got, err)
	}
}
