// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/program"
)

// Command is one run of git.
type Command struct {
	Dir    string
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer // may be nil
	Stderr io.Writer // a copy; may be nil
	Own    bool      // in a directory of klptest's own: the user's configuration does not count
	Steps  bool      // it runs programs that get klptest's environment
}

// harmless are settings that keep git from running other programs.
var harmless = []string{"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.pager=cat",
	"-c", "core.attributesFile=/dev/null", "-c", "maintenance.auto=false", "-c", "gc.auto=0", "-c", "advice.detachedHead=false", "--no-pager"}

const maxOutput = 256 << 20

// stopGrace is how long git may take to remove its locks after SIGTERM.
const stopGrace = 25 * time.Second

// Run runs git to its end.
func (c Command) Run(ctx context.Context) error { return c.failure(ctx, c.program().Run(ctx)) }

// Output runs git to its end and returns what it prints, instead of writing it
// to Stdout.
func (c Command) Output(ctx context.Context) ([]byte, error) {
	out, err := c.program().Output(ctx, maxOutput)
	return out, c.failure(ctx, err)
}

func (c Command) program() program.Command {
	return program.Command{
		Dir: c.Dir, Name: "git", Args: append(append([]string(nil), harmless...), c.Args...), Env: c.environ(),
		Stdin: c.Stdin, Stdout: c.Stdout, Stderr: c.Stderr, Stop: syscall.SIGTERM, Grace: stopGrace,
	}
}

// failure makes an error of git the user's, unless ctx has ended or git was killed.
func (c Command) failure(ctx context.Context, err error) error {
	if e, ok := errors.AsType[*blame.Error](err); ok && ctx.Err() == nil {
		e.Summary = "git " + c.Args[0] + " failed"
		if !killed(err) {
			e.Party = blame.User
		}
	}
	return missing(err)
}

// Installed returns the error of a host without git. It is for callers that need git
// only after other work that takes long.
func Installed() error {
	_, err := exec.LookPath("git")
	return missing(err)
}

// missing adds advice to the error of a host without git. It returns any other error as
// it is.
func missing(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return &blame.Error{Party: blame.User, Summary: "git is not installed", Advice: depends.Install("git"), Err: err}
	}
	return err
}

// Refused reports whether git ran and ended by itself with this error. Otherwise, git is
// missing or was killed, and the error says nothing about what git was asked.
func Refused(err error) bool {
	ended, ok := errors.AsType[*exec.ExitError](err)
	return ok && ended.Exited()
}

// killed reports whether a signal has ended git.
func killed(err error) bool {
	ended, ok := errors.AsType[*exec.ExitError](err)
	return ok && !ended.Exited()
}

// environ leaves out the variables that would lead git elsewhere.
func (c Command) environ() []string {
	env := []string{"LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_ATTR_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=klptest", "GIT_AUTHOR_EMAIL=klptest@localhost", "GIT_COMMITTER_NAME=klptest", "GIT_COMMITTER_EMAIL=klptest@localhost"}
	if c.Own {
		env = append(env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CEILING_DIRECTORIES="+c.Dir+"/..")
	}
	inherited := program.Environ("XDG_CONFIG_HOME")
	if c.Steps {
		inherited = os.Environ()
	}
	for _, v := range inherited {
		if !strings.HasPrefix(v, "GIT_") && !strings.HasPrefix(v, "LC_") {
			env = append(env, v)
		}
	}
	return env
}
