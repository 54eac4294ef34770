// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/apt"
	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
)

// aptPackages asks for every kernel package in the lists.
func aptPackages(ctx context.Context) ([]pkg, error) {
	names, err := ask(ctx, "apt-cache", "pkgnames", "linux-")
	if err != nil {
		return nil, explainApt(err)
	}
	wanted := kernelNames(names)
	if len(wanted) == 0 {
		return nil, noKernels(ctx)
	}
	madison, err := ask(ctx, "apt-cache", append([]string{"madison"}, wanted...)...)
	if err != nil {
		return nil, explainApt(err)
	}
	pkgs := parseMadison(madison)
	if len(pkgs) == 0 {
		return nil, noKernels(ctx)
	}
	return pkgs, nil
}

// noKernels tells lists that are missing or old from lists without kernels.
func noKernels(ctx context.Context) error {
	l, err := aptLists(ctx)
	switch {
	case err != nil:
		return err
	case len(l.fetched) == 0:
		return blame.AdviseRigf(apt.Get("update"), "apt has no package lists")
	case l.mayBring(nil):
		return blame.AdviseRigf(apt.Get("update"), "apt's package lists are old, and have no Debian kernels (linux-image-…-%s)", arch.Default().Debian)
	}
	return blame.AdviseRigf("use a kernel build tree, a bzImage with --kdir, or host",
		"apt's sources have no Debian kernels (linux-image-…-%s)", arch.Default().Debian)
}

func aptDepends(ctx context.Context, name, version string) ([]relation, error) {
	show, err := ask(ctx, "apt-cache", "show", name+"="+version)
	if err != nil {
		return nil, explainApt(err)
	}
	return parseDepends(show), nil
}

// archive is a .deb as apt-get --print-uris describes it.
type archive struct {
	File string
	Size int64
}

// uriLine is 'URI' file size hash.
var uriLine = regexp.MustCompile(`^'[^']*' (\S+\.deb) (\d+)(?: |$)`)

func parseURIs(text string) []archive {
	var found []archive
	for line := range strings.Lines(text) {
		m := uriLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil || m[1] != filepath.Base(m[1]) {
			continue
		}
		size, err := strconv.ParseInt(m[2], 10, 64)
		if err == nil {
			found = append(found, archive{m[1], size})
		}
	}
	return found
}

// aptArchives asks which files the packages are, in the packages' order.
func aptArchives(ctx context.Context, pkgs []pkg) ([]archive, error) {
	uris, err := ask(ctx, "apt-get", append([]string{"download", "--print-uris"}, exactly(pkgs)...)...)
	if err != nil {
		return nil, explainApt(err)
	}
	var ordered []archive
	found := parseURIs(uris)
	for _, p := range pkgs {
		i := slices.IndexFunc(found, func(a archive) bool { return strings.HasPrefix(a.File, p.Name+"_") })
		if i < 0 {
			return nil, blame.Rigf("apt-get names no file of %s %s", p.Name, p.Version)
		}
		ordered = append(ordered, found[i])
	}
	return ordered, nil
}

func exactly(pkgs []pkg) []string {
	var args []string
	for _, p := range pkgs {
		args = append(args, p.Name+"="+p.Version)
	}
	return args
}

// aptDownload fetches packages into dir; apt checks their hashes against the
// signed lists.
func aptDownload(ctx context.Context, dir string, pkgs []pkg, files []archive) error {
	// The directory is ours alone: apt's own user could not write to it.
	args := append([]string{"download", "-q", "-o", "APT::Sandbox::User=root"}, exactly(pkgs)...)
	c := aptCommand("apt-get", args...)
	c.Dir = dir
	if err := c.Run(ctx); err != nil {
		return explainDownload(err, pkgs[0].Name)
	}
	for i, f := range files {
		info, err := os.Stat(filepath.Join(dir, f.File))
		if err != nil {
			return explainDownload(err, pkgs[i].Name)
		}
		if info.Size() != f.Size {
			return explainDownload(fmt.Errorf("%d bytes of %d", info.Size(), f.Size), pkgs[i].Name)
		}
	}
	return nil
}

func megabytes(n int64) string { return strconv.FormatInt((n+999_999)/1_000_000, 10) + " MB" }

func explainApt(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return blame.AdviseRigf("use a kernel build tree, a bzImage with --kdir, or host",
			"there is no apt here, and debian: kernels come through it")
	}
	return err
}

func explainDownload(err error, name string) error {
	explained := &blame.Error{Summary: "cannot download " + name, Advice: "the package lists may be old: " + apt.Get("update"), Err: err}
	var typed *blame.Error
	if errors.As(err, &typed) {
		explained.Tail = typed.Tail
	}
	return explained
}
