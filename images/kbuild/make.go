// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/steady"
	"github.com/klptest/klptest/internal/supervise"
)

const (
	makeLimit = 6 * time.Hour   // an allmodconfig takes hours on a slow machine
	makeGrace = 5 * time.Second // make removes half-written files on SIGTERM
)

// ccacheDir is where Debian installs ccache under the names of compilers.
const ccacheDir = "/usr/lib/ccache"

// maker runs make for a kernel.
type maker struct {
	view  string   // the source
	dir   string   // the build directory
	args  []string // choose the compiler
	path  string   // instead of the PATH, for tests
	limit time.Duration
	grace time.Duration
}

func newMaker(v view, args []string, path string) maker {
	return maker{view: v.dir, dir: v.build(), args: args, path: path, limit: makeLimit, grace: makeGrace}
}

// environ keeps the caller's build settings from make, and user, host and time
// from the kernel, so that equal sources make equal kernels.
func (m maker) environ() []string {
	path := os.Getenv("PATH")
	if info, err := os.Stat(ccacheDir); err == nil && info.IsDir() {
		path = ccacheDir + ":" + path
	}
	if m.path != "" {
		path = m.path
	}
	env := []string{"PATH=" + path, "LC_ALL=C", "KBUILD_BUILD_USER=klptest", "KBUILD_BUILD_HOST=klptest",
		"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970", "KBUILD_BUILD_VERSION=1"}
	for _, name := range []string{"HOME", "TMPDIR", "CCACHE_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// run runs make for the targets. The output, including stderr, goes to out. run
// returns when all of make's processes are gone. The error is an ExitStatus if
// make fails, and an errKilled if make could not clean up.
func (m maker) run(ctx context.Context, out io.Writer, targets ...string) error {
	argv := []string{"nice", "-n", "5", "make", "-C", m.view, "O=" + m.dir,
		"ARCH=" + arch.Default().Name, "LOCALVERSION=", "-j" + strconv.Itoa(runtime.GOMAXPROCS(0))}
	job := supervise.Job{Argv: slices.Concat(argv, m.args, targets), Env: m.environ(), Dir: m.view, Output: out, Limit: m.limit, Grace: m.grace}
	end, err := supervise.Run(ctx, job)
	switch {
	case err == nil && end.Ending == supervise.OutOfTime:
		err = fmt.Errorf("make took more than %v", m.limit)
	case err == nil:
		err = end.Err()
	}
	if end.Killed {
		return fmt.Errorf("%w (%w)", errKilled, err)
	}
	return err
}

// errKilled is the error of a make that had no time to remove half-written
// files.
var errKilled = errors.New("make was killed")

// failed reports whether make itself failed, rather than being stopped.
func failed(err error) bool {
	_, is := errors.AsType[supervise.ExitStatus](err)
	return is
}

// config runs make for a target that takes seconds.
func (m maker) config(ctx context.Context, target string) error {
	said, lines := &blame.Tail{}, newCounter(false, nil)
	err := m.run(ctx, io.MultiWriter(lines, said), target)
	if !failed(err) {
		return err
	}
	if lines.short != steady.None {
		return shortOf(lines.short, lines.said, "", err)
	}
	return brokenBuild("make "+target+" fails", said.String(), "", err)
}

// logFile is the file with make's output in the build directory.
const logFile = ".klptest.log"

// kernel builds the kernel, and keeps the log.
func (m maker) kernel(ctx context.Context, progress func(Progress)) error {
	path := filepath.Join(m.dir, logFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	log := &tolerant{w: f}
	steps := newCounter(!exists(m.dir, "vmlinux"), progress)
	err = steady.Run(steady.Commands(m.dir), func() error {
		return m.run(ctx, io.MultiWriter(steps, log), "bzImage", "modules")
	})
	if !failed(err) {
		return err
	}
	if log.err != nil {
		return shortOf(steady.Disk, "", path, blame.Join(err, log.err))
	}
	if steps.short != steady.None {
		return shortOf(steps.short, steps.said, path, err)
	}
	if _, seekErr := f.Seek(0, io.SeekStart); seekErr != nil {
		return blame.Join(err, seekErr)
	}
	return diagnoseBuild(f, path, err)
}

// tolerant goes on after a write has failed: a log that ends early must not end
// the build.
type tolerant struct {
	w   io.Writer
	err error // the first
}

func (t *tolerant) Write(p []byte) (int, error) {
	if t.err == nil {
		_, t.err = t.w.Write(p)
	}
	return len(p), nil
}
