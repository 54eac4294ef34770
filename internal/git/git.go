// SPDX-License-Identifier: Apache-2.0

package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/klptest/klptest/internal/apt"
	"github.com/klptest/klptest/internal/blame"
)

// Command is one run of git.
type Command struct {
	Dir    string
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer // nil: Output returns it
	Stderr io.Writer // a copy; may be nil
	Own    bool      // in a directory of ours: no configuration of the user's counts
}

// harmless are settings that keep git from running other programs.
var harmless = []string{"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.pager=cat",
	"-c", "core.attributesFile=/dev/null", "-c", "maintenance.auto=false", "-c", "gc.auto=0", "-c", "advice.detachedHead=false", "--no-pager"}

const (
	maxOutput = 256 << 20
	maxSaid   = 4000
)

// errTooLong ends what would fill the memory.
var errTooLong = errors.New("git says more than can be meant")

// Output runs git to its end and returns what it prints.
func (c Command) Output(ctx context.Context) ([]byte, error) {
	// Pdeathsig is sent when the thread that started the child ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out := &capped{}
	said := &capped{keep: maxSaid}
	cmd := exec.CommandContext(ctx, "git", append(append([]string(nil), harmless...), c.Args...)...)
	cmd.Dir, cmd.Env, cmd.Stdin = c.Dir, c.environ(), c.Stdin
	cmd.Stdout, cmd.Stderr = out, said
	if c.Stdout != nil {
		cmd.Stdout = c.Stdout
	}
	if c.Stderr != nil {
		cmd.Stderr = io.MultiWriter(said, c.Stderr)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return nil, &blame.Error{Party: blame.User, Summary: "git is not installed", Advice: apt.Get("install", "git"), Err: err}
	case err != nil:
		return out.Bytes(), &blame.Error{Party: blame.User, Summary: "git " + c.Args[0] + " failed", Tail: said.String(), Err: err}
	}
	return out.Bytes(), nil
}

// environ is without what would lead git elsewhere.
func (c Command) environ() []string {
	env := []string{"LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_ATTR_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=klptest", "GIT_AUTHOR_EMAIL=klptest@localhost", "GIT_COMMITTER_NAME=klptest", "GIT_COMMITTER_EMAIL=klptest@localhost"}
	if c.Own {
		env = append(env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CEILING_DIRECTORIES="+c.Dir+"/..")
	}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") && !strings.HasPrefix(v, "LC_") {
			env = append(env, v)
		}
	}
	return env
}

// capped keeps what is written: all of it up to a limit, or its end.
type capped struct {
	bytes.Buffer
	keep int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.keep == 0 && c.Len()+len(p) > maxOutput {
		return 0, errTooLong
	}
	c.Buffer.Write(p)
	if c.keep > 0 && c.Len() > c.keep {
		c.Next(c.Len() - c.keep)
	}
	return len(p), nil
}
