// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/steady"
	"github.com/klptest/klptest/internal/supervise"
)

// libcHeader exists if programs can be built.
const libcHeader = "/usr/include/stdlib.h"

// programName excludes options and paths to other directories.
var programName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_+-]{0,50}\.c$`)

// Programs builds a stranger's C files, each into a program for the host's user
// space. It returns their paths by name, without the ending. It confines the
// compiler as for modules.
func (b *Builder) Programs(ctx context.Context, files []Source) (map[string]string, error) {
	cc, err := exec.LookPath(orDefault(b.cc, "gcc"))
	if err != nil {
		return nil, missing("C compiler", "gcc", err)
	}
	if _, err := os.Stat(libcHeader); err != nil {
		return nil, missing("headers of the C library", libcHeader, err)
	}
	if err := b.checkSandbox(); err != nil {
		return nil, err
	}
	version, err := describe(ctx, cc)
	if err != nil {
		return nil, err
	}
	built := map[string]string{}
	for _, f := range files {
		if !programName.MatchString(f.Name) {
			return nil, blame.Userf("bad file name %q: the C file of a program is called [A-Za-z0-9_][A-Za-z0-9_+-]*.c", f.Name)
		}
		p := userProgram{f, cc, version, !b.Trust}
		dir, err := b.Cache.Entry(ctx, "programs", p.key(), func(ctx context.Context, to string) error { return b.program(ctx, p, to) })
		if err != nil {
			return nil, err
		}
		built[p.name()] = filepath.Join(dir, p.name())
	}
	return built, nil
}

// userProgram is one C file and its compiler.
type userProgram struct {
	source      Source
	cc, version string
	boxed       bool
}

func (p userProgram) name() string { return strings.TrimSuffix(p.source.Name, ".c") }

func (p userProgram) key() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %v", []string{recipe, p.cc, p.version, p.source.Name, string(p.source.Data)}, p.boxed)
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}

// program builds a program in a new directory, and copies it.
func (b *Builder) program(ctx context.Context, p userProgram, to string) error {
	dir, release, err := b.Cache.Temp("kmods")
	if err != nil {
		return err
	}
	defer release()
	if err := os.WriteFile(filepath.Join(dir, p.source.Name), p.source.Data, 0o600); err != nil {
		return err
	}
	if err := p.build(ctx, dir); err != nil {
		return err
	}
	data, err := regular(filepath.Join(dir, p.name()))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, p.name()), data, 0o600)
}

func (p userProgram) build(ctx context.Context, dir string) error {
	if p.boxed {
		sandboxed.Lock()
		defer sandboxed.Unlock()
	}
	said := &blame.Tail{}
	end, err := supervise.Run(ctx, p.job(dir, said))
	switch {
	case err != nil || end.Err() == nil:
		return err
	case end.Ending == supervise.Exited:
		return p.broken(said.String(), end.Err())
	case end.Ending == supervise.OutOfTime:
		return blame.Userf("compiling %s took more than %v", p.source.Name, buildLimit)
	}
	return blame.Rigf("the compiler of %s was %s: %s", p.source.Name, end.Ending, end.Cause)
}

// broken returns the error of a compiler that failed.
func (p userProgram) broken(said string, err error) error {
	e := &blame.Error{Party: blame.User, Summary: p.source.Name + " does not compile"}
	if s := shortage(said, p.boxed); s != steady.None {
		e = s.Fault("to compile " + p.source.Name)
	}
	e.Tail, e.Err = said, err
	return e
}

func (p userProgram) job(dir string, said *blame.Tail) supervise.Job {
	j := supervise.Job{
		Argv:   []string{p.cc, "-O2", "-o", "./" + p.name(), "./" + p.source.Name},
		Env:    []string{"LC_ALL=C", "HOME=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH")},
		Dir:    dir,
		Output: said,
		Limit:  buildLimit,
	}
	if p.boxed {
		j.Argv, j.Env[3] = limited(j.Argv), "PATH="+boxPath
		j.Box = &supervise.Box{Dirs: hostToolDirs, Files: []string{"/etc/ld.so.cache"}, Writable: []string{dir}}
	}
	return j
}
