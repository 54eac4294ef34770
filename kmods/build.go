// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/steady"
	"github.com/klptest/klptest/internal/supervise"
	"github.com/klptest/klptest/internal/toolchain"
)

// recipe changes whenever the way of building changes, so that old results are
// not used.
const recipe = "3"

const (
	logName  = "build.log"
	tempName = "tmp" // TMPDIR of the compilers
	maxLog   = 1 << 20

	// Without debug information a module has about 30 KB.
	maxModule = 8 << 20
)

// build is one run of make: its sources, its target and its tools.
type build struct {
	target  Target
	tools   tools
	files   []Source
	foreign bool // the files are a stranger's: errors in them are the user's
	boxed   bool
	limit   time.Duration
}

// key identifies the result: equal keys mean equal modules. A module built
// without a sandbox is never used in place of one built in it.
func (b build) key() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", []string{recipe, b.target.Key, b.target.Release, b.tools.cc, b.tools.version})
	fmt.Fprintf(h, "%v %v", b.foreign, b.boxed)
	if s, err := signerOf(b.target); err == nil {
		fmt.Fprint(h, s.name())
	}
	for _, f := range b.files {
		fmt.Fprintf(h, "%q%q", f.Name, f.Data)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}

// in runs make in dir, until a run confirms the previous one.
func (b build) in(ctx context.Context, dir string) error {
	if b.target.Place != nil {
		return b.inPlace(ctx, dir)
	}
	if err := b.check(dir); err != nil {
		return err
	}
	if err := b.stage(dir); err != nil {
		return err
	}
	// Kept open, so that quotes come from the output itself, whatever file a
	// stranger's build leaves under that name.
	log, err := os.OpenFile(filepath.Join(dir, logName), os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	job, end := b.job(dir), time.Now().Add(b.limit)
	job.Output = log
	return steady.Run(steady.Commands(dir), func() error {
		job.Limit = time.Until(end)
		out, err := supervise.Run(ctx, job)
		if err != nil {
			return err
		}
		return b.judge(out, readLog(log), dir)
	})
}

func (b build) check(dir string) error {
	if err := CheckPath("build directory", dir); err != nil {
		return err
	}
	if err := CheckPath("kernel directory", b.target.KDir); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(b.target.KDir, "Makefile")); err != nil {
		return &blame.Error{
			Party:   blame.User,
			Summary: fmt.Sprintf("modules cannot be built against %s", b.target.KDir),
			Advice:  "name a kernel's headers or its build tree",
			Err:     err,
		}
	}
	if _, err := signerOf(b.target); err != nil {
		return err
	}
	if program := b.tools.outside(b.target.toolDirs()); b.boxed && program != "" {
		return &blame.Error{
			Party:   blame.User,
			Summary: fmt.Sprintf("the case has C files, and the sandbox that confines their compiler does not reach %s", program),
			Advice:  "install the distribution's own program; or read the C files and, if you trust them, add --trust-sources",
		}
	}
	return nil
}

// sources returns all files that make reads in its directory.
func (b build) sources() []Source {
	return append([]Source{{"Kbuild", kbuildFile(modules(b.files))}}, b.files...)
}

// stage writes the sources. It does not touch an unchanged file, because make
// goes by its time.
func (b build) stage(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, tempName), 0o700); err != nil {
		return err
	}
	for _, f := range b.sources() {
		path := filepath.Join(dir, f.Name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, f.Data) {
			continue
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// job gives the compilers a clean environment: no variable of another build,
// and no secret.
func (b build) job(dir string) supervise.Job {
	jobs := runtime.GOMAXPROCS(0)
	if b.boxed {
		jobs = min(jobs, boxJobs)
	}
	j := supervise.Job{
		Argv: makeArgs(b.target, b.tools, dir, jobs),
		Env:  []string{"LC_ALL=C", "HOME=" + dir, "TMPDIR=" + filepath.Join(dir, tempName)},
		Dir:  dir,
	}
	path := os.Getenv("PATH")
	if b.boxed {
		path = boxPath
		j.Argv = limited(j.Argv)
		j.Box = sandbox(b.target, dir)
	}
	j.Env = append(j.Env, "PATH="+b.target.path(path))
	if b.target.Toolchain != "" {
		j.Env = append(j.Env, toolchain.Environ(b.target.Toolchain)...)
	}
	return j
}

// Failure is the error of modules that do not build, with the output of the
// build.
type Failure struct {
	Err *blame.Error
	Log string
}

func (f Failure) Error() string { return f.Err.Error() }
func (f Failure) Unwrap() error { return f.Err }

// judge turns a failed outcome into an error. It blames the user for a
// stranger's C, and the rig for klptest's own and for a shortage.
func (b build) judge(out supervise.Outcome, log, dir string) error {
	switch {
	case out.Err() == nil:
		return nil
	case out.Ending == supervise.OutOfTime:
		return b.failure(fmt.Sprintf("building modules took more than %v", b.limit), "", log)
	case out.Ending == supervise.Exited:
		return b.broken(log, dir)
	}
	return &blame.Error{Summary: fmt.Sprintf("the build was %s", out.Ending), Tail: out.Cause}
}

// broken returns the error of a failed make.
func (b build) broken(log, dir string) error {
	summary, tail := diagnose(log, dir)
	if s := shortage(log, b.boxed); s != steady.None {
		return b.shortOf(s, tail, log)
	}
	return b.failure(summary, tail, log)
}

func (b build) failure(summary, tail, log string) error {
	e := &blame.Error{Party: blame.User, Summary: summary, Tail: tail}
	if !b.foreign {
		e.Party = blame.Rig
		e.Summary += fmt.Sprintf(" (against %s)", b.target.KDir)
	}
	return Failure{e, log}
}

func readLog(log io.ReaderAt) string {
	text, err := io.ReadAll(io.NewSectionReader(log, 0, maxLog))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
