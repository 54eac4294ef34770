// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/guest/boot"
	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/internal/supervise"
)

// errInterrupted is why the context of a run ends on SIGINT or SIGTERM.
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
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		signal.Stop(signals) // a second one ends the process at once
		cancel(errInterrupted)
	}()
	return run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
}
