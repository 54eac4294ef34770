// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// supervisorEnv makes this program a build supervisor.
const supervisorEnv = "KLPTEST_BUILD_SUPERVISOR"

// lineFD is the supervisor's end of the line to its parent.
const lineFD = 3

// Main must be the first thing that main calls. When this process was started
// as a supervisor, it does that work and returns true, and main must return;
// else it returns false at once.
//
// The supervisor reads one job from its parent and answers with the outcome. It
// ends the job when that runs out of time, when the parent shuts the line or
// dies, by whatever signal, and on SIGTERM, SIGINT and SIGHUP. The job's
// command gets the supervisor's standard output for its own.
func Main() (handled bool) {
	if os.Getenv(supervisorEnv) == "" {
		return false
	}
	unix.CloseOnExec(lineFD)
	parent := os.NewFile(lineFD, "parent")
	out := supervise(parent)
	// When this fails the parent is gone: nobody is left to be told.
	_ = json.NewEncoder(parent).Encode(out)
	return true
}

func supervise(parent io.Reader) Outcome {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT, unix.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var j Job
	if err := json.NewDecoder(parent).Decode(&j); err != nil {
		return broken(fmt.Errorf("no job: %w", err))
	}
	go func() {
		_, _ = io.Copy(io.Discard, parent) // returns when the parent is done with us, or gone
		cancel()
	}()
	if j.Box != nil {
		if err := j.Box.confine(); err != nil {
			return broken(err)
		}
	}
	ctx, done := context.WithTimeout(ctx, j.Limit)
	defer done()
	return j.run(ctx)
}

func broken(err error) Outcome { return Outcome{Ending: Broken, Cause: err.Error()} }
