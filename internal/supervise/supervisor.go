// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/klptest/klptest/internal/program"
)

// roleEnv makes this program take one of the two roles below.
const roleEnv = "KLPTEST_BUILD_ROLE"

const (
	supervisor = "supervisor"
	confiner   = "confiner" // confines itself, and becomes the command of a boxed job
)

// lineFD is this process's end of the line to its parent.
const lineFD = 3

// Main must be the first call in main. If this process was started as a supervisor,
// Main does that work and returns true, and main must return; otherwise it returns
// false at once.
//
// The supervisor reads one job from its parent and answers with the outcome. It
// ends the job when its time runs out, when the parent shuts down the line or dies
// from any signal, and on the signals of [program.EndSignals]. The job's command inherits
// the supervisor's standard output.
func Main() (handled bool) {
	role := os.Getenv(roleEnv)
	if role == "" {
		return false
	}
	// If an answer cannot be written, the parent is gone, and the
	// error has no recipient.
	parent := os.NewFile(lineFD, "parent")
	if role == confiner {
		_, _ = io.WriteString(parent, become(parent).Error())
	} else {
		_ = json.NewEncoder(parent).Encode(supervise(parent))
	}
	return true
}

func supervise(parent io.Reader) Outcome {
	if err := program.InheritNothing(); err != nil {
		return broken(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), program.EndSignals()...)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var j Job
	if err := json.NewDecoder(parent).Decode(&j); err != nil {
		return broken(fmt.Errorf("no job: %w", err))
	}
	go func() {
		_, _ = io.Copy(io.Discard, parent) // returns when the parent shuts down the line or dies
		cancel()
	}()
	ctx, done := context.WithTimeout(ctx, j.Limit)
	defer done()
	return j.run(ctx)
}

func broken(err error) Outcome { return Outcome{Ending: Broken, Cause: err.Error()} }
