// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/kmods"
)

// Limits of the output of a guest about its headers and builds.
const (
	maxConfig = 1 << 20
	maxBuilt  = 8 << 20 // of a module
)

// inside builds modules in clones of an image, with a clone for each build.
type inside struct {
	rig      *Rig
	compiler string
}

var _ kmods.Place = (*inside)(nil)

// headersDir is where a distribution has the headers of a kernel.
func headersDir(release string) string { return "/lib/modules/" + release + "/build" }

// lookInside finds the headers of the image's kernel, and the compiler.
func (r *Rig) lookInside(ctx context.Context) (*images.Kernel, error) {
	release := r.image.survey.Release
	if strings.ContainsAny(release, "/'\" $`\\\n") {
		return nil, blame.Rigf("%s says that its kernel is %q", r.image, release)
	}
	g, err := r.clone(ctx, r.shape())
	if err != nil {
		return nil, err
	}
	defer g.Close()
	config, status, err := g.output(ctx, "cat "+headersDir(release)+"/.config", maxConfig)
	if err == nil && status != 0 {
		err = blame.AdviseUserf("install them in the image, such as linux-headers-"+release, "%s has no headers of its kernel in %s", r.image, headersDir(release))
	}
	if err != nil {
		return nil, err
	}
	said, status, err := g.output(ctx, "make --version >/dev/null && cc --version", maxConfig)
	if err == nil && status != 0 {
		err = blame.AdviseUserf("install them in the image: gcc, make", "%s has no make, or no C compiler", r.image)
	}
	if err != nil {
		return nil, err
	}
	compiler, _, _ := strings.Cut(said, "\n")
	r.place = &inside{r, compiler}
	k := &images.Kernel{Name: r.image.String(), Release: release, KDir: headersDir(release), Key: r.image.key}
	k.Config, err = configOf(filepath.Join(r.work, "config"), config)
	return k, err
}

// configOf parses the text of a kernel's configuration, using a file.
func configOf(path, text string) (map[string]string, error) {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return dotconfig.Read(path)
}

func (i *inside) Compiler() string { return i.compiler }

func (i *inside) Build(ctx context.Context, files []kmods.Source, line string, made []string) (built map[string][]byte, said string, status int, err error) {
	g, err := i.rig.clone(ctx, i.rig.shape())
	if err != nil {
		return nil, "", 0, err
	}
	defer g.Close()
	byName := map[string][]byte{}
	for _, f := range files {
		byName[f.Name] = f.Data
	}
	if err := g.putFiles(ctx, byName); err != nil {
		return nil, "", 0, err
	}
	said, status, err = g.output(ctx, "cd "+guest.CaseFiles+" && { "+line+"; } 2>&1", kmods.MaxSaid)
	if err != nil || status != 0 {
		return nil, said, status, err
	}
	built = map[string][]byte{}
	for _, name := range made {
		data, status, err := g.output(ctx, "cat "+guest.FilePath(name), maxBuilt)
		if errors.Is(err, bounded.ErrTooLong) {
			return built, said, 0, nil // without that module
		}
		if err != nil {
			return nil, said, 0, err
		}
		if status == 0 {
			built[name] = []byte(data)
		}
	}
	return built, said, 0, nil
}

// output runs a shell line in the guest, and returns its output and exit status. A guest
// that exceeds the limit answers no more; see collect.
func (g *Guest) output(ctx context.Context, line string, limit int64) (out string, status int, err error) {
	out, err = collect(ctx, limit, func(ctx context.Context, out io.Writer) error {
		return g.Do(ctx, func(ctx context.Context) (err error) {
			status, err = client.Attach(ctx, g.SSH, client.Streams{In: strings.NewReader(""), Out: out, Err: io.Discard}, "", []string{line})
			return err
		})
	})
	if err != nil {
		err = fmt.Errorf("in the guest, %.60s: %w", line, err)
	}
	return out, status, err
}

// collect returns what run prints. When that exceeds the limit, collect ends the context of
// run, because the guest would block until the rest is read. The error then wraps
// bounded.ErrTooLong.
func collect(ctx context.Context, limit int64, run func(context.Context, io.Writer) error) (out string, err error) {
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	full := func() { giveUp(fmt.Errorf("more than %d bytes of output: %w", limit, bounded.ErrTooLong)) }
	var said bytes.Buffer
	err = run(ctx, &bounded.Writer{W: &said, Left: limit, Full: full})
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return said.String(), err
}
