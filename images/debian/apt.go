// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// packages returns every kernel package in the lists.
func (a apt) packages(ctx context.Context) ([]pkg, error) {
	names, err := a.ask(ctx, "apt-cache", "pkgnames", "linux-")
	if err != nil {
		return nil, explainApt(err)
	}
	wanted := kernelNames(names)
	if len(wanted) == 0 {
		return nil, nil
	}
	madison, err := a.ask(ctx, "apt-cache", append([]string{"madison"}, wanted...)...)
	if err != nil {
		return nil, explainApt(err)
	}
	return parseMadison(madison), nil
}

func (a apt) depends(ctx context.Context, name, version string) ([]relation, error) {
	show, err := a.ask(ctx, "apt-cache", "show", name+"="+version)
	if err != nil {
		return nil, explainApt(err)
	}
	return parseDepends(show), nil
}

// file is a .deb as apt-get --print-uris describes it.
type file struct {
	Name string
	Size int64
}

// uriLine matches 'URI' file size hash.
var uriLine = regexp.MustCompile(`^'[^']*' (\S+\.deb) (\d+)(?: |$)`)

func parseURIs(text string) []file {
	var found []file
	for line := range strings.Lines(text) {
		m := uriLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil || m[1] != filepath.Base(m[1]) {
			continue
		}
		size, err := strconv.ParseInt(m[2], 10, 64)
		if err == nil {
			found = append(found, file{m[1], size})
		}
	}
	return found
}

// files returns the files of the packages, in the packages' order.
func (a apt) files(ctx context.Context, pkgs []pkg) ([]file, error) {
	uris, err := a.ask(ctx, "apt-get", append([]string{"download", "--print-uris"}, exactly(pkgs)...)...)
	if err != nil {
		return nil, explainApt(err)
	}
	var ordered []file
	found := parseURIs(uris)
	for _, p := range pkgs {
		i := slices.IndexFunc(found, func(f file) bool { return strings.HasPrefix(f.Name, p.Name+"_") })
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

// download fetches packages into dir; apt checks their hashes against the
// signed lists.
func (a apt) download(ctx context.Context, dir string, pkgs []pkg, files []file) error {
	c := a.command("apt-get", append([]string{"download", "-q"}, exactly(pkgs)...)...)
	c.Dir = dir
	if err := c.Run(ctx); err != nil {
		return explainFetch(err, "cannot download "+pkgs[0].Name)
	}
	for i, f := range files {
		info, err := os.Stat(filepath.Join(dir, f.Name))
		if err != nil {
			return explainFetch(err, "cannot download "+pkgs[i].Name)
		}
		if info.Size() != f.Size {
			return explainFetch(fmt.Errorf("%d bytes of %d", info.Size(), f.Size), "cannot download "+pkgs[i].Name)
		}
	}
	return nil
}

func megabytes(n int64) string { return strconv.FormatInt((n+999_999)/1_000_000, 10) + " MB" }
