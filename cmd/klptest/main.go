// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/guest/boot"
	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/internal/supervise"
)

// errInterrupted is why the context of a run ends on a signal; see [interruptible].
var errInterrupted = errors.New("interrupted")

func main() {
	if boot.Main() || supervise.Main() {
		return
	}
	os.Exit(mainExit())
}

// softLimit is the memory use, in bytes, from which garbage is collected without delay:
// garbage must not double the most that a stranger's report, patch or bundle can take.
const softLimit = 400 << 20

func mainExit() int {
	debug.SetMemoryLimit(softLimit)
	if err := program.InheritNothing(); err != nil {
		explain(os.Stderr, err)
		return exit.Error
	}
	ctx, cancel := interruptible()
	defer cancel(nil)
	return run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
}

// interruptible returns a context that ends on the first of [program.EndSignals]. A second
// one ends the process at once.
func interruptible() (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, program.EndSignals()...)
	go func() {
		<-signals
		signal.Stop(signals)
		cancel(errInterrupted)
	}()
	return ctx, cancel
}
