// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/unpack"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// maxSource is the maximum size of a kernel's source. That of 7.3 is 1.7 GB.
const maxSource = 16 << 30

// sourceParts are the directories of a source that are kept: livepatch's
// selftests, and their modules from before Linux 6.9.
var sourceParts = []string{"tools/testing/selftests/livepatch/", "lib/livepatch/"}

// source obtains the kept parts of a kernel's source from the package
// linux-source of its version. If Debian no longer has that, it uses another
// version of the series.
func source(ctx context.Context, c *cache.Cache, k *images.Kernel, part string, o images.Options) (dir string, err error) {
	if !slices.Contains(sourceParts, part+"/") {
		return "", nil
	}
	w, ours, err := parse(k.Name)
	if err != nil || !ours {
		return "", err
	}
	if dir, ok := c.Lookup(sourceKind, sourceKey(w.version)); ok {
		return dir, nil
	}
	series := seriesOfVersion.FindString(w.version)
	a, p, err := findSource(ctx, c, w, "linux-source-"+series, o)
	if err != nil {
		return "", err
	}
	if p.Name == "" {
		return "", nil
	}
	if p.Version != w.version {
		o.Tell(fmt.Sprintf("the selftests are those of %s %s: Debian has no source of %s", p.Name, p.Version, w.version))
	}
	return c.Entry(ctx, sourceKind, sourceKey(p.Version), func(ctx context.Context, dir string) error { return a.fillSource(ctx, c, p, dir, o) })
}

const sourceKind = "sources"

func sourceKey(version string) string { return scheme + "-" + version }

// findSource returns the package of the wanted version, or else the newest one,
// and the archive that has it.
func findSource(ctx context.Context, c *cache.Cache, w wanted, name string, o images.Options) (from archive, best pkg, err error) {
	for _, r := range w.sought(codename(osRelease())) {
		a, err := current(ctx, c, r, o)
		if err != nil {
			return a, best, err
		}
		madison, err := a.ask(ctx, "apt-cache", "madison", name)
		if err != nil {
			return a, best, explainApt(err)
		}
		for _, p := range parseMadison(madison) {
			switch {
			case p.Name != name:
			case p.Version == w.version:
				return a, p, nil
			case best.Name == "" || compareVersions(p.Version, best.Version) > 0:
				from, best = a, p
			}
		}
	}
	return from, best, nil
}

// fillSource makes the entry of a source package.
func (a archive) fillSource(ctx context.Context, c *cache.Cache, p pkg, dir string, o images.Options) error {
	scratch, release, err := c.Temp("download")
	if err != nil {
		return err
	}
	defer release()
	files, err := a.files(ctx, []pkg{p})
	if err != nil {
		return err
	}
	o.Tell("downloading " + p.Name + " " + megabytes(files[0].Size) + ", for its selftests")
	if err := a.download(ctx, scratch, []pkg{p}, files); err != nil {
		return err
	}
	o.Tell("unpacking " + p.Name)
	loose := filepath.Join(scratch, "source")
	tarball := func(name string) string {
		if strings.HasPrefix(name, "usr/src/linux-source-") && strings.Contains(name, ".tar") {
			return "tar"
		}
		return ""
	}
	if err := unpackAll(ctx, scratch, files, loose, tarball); err != nil {
		return err
	}
	return unpackSource(ctx, filepath.Join(loose, "tar"), dir)
}

// unpackSource writes the kept parts of a source's tarball below dest.
func unpackSource(ctx context.Context, tarball, dest string) error {
	f, err := os.Open(tarball)
	if err != nil {
		return &blame.Error{Summary: "the package has no source in it", Err: err}
	}
	defer f.Close()
	root, err := os.OpenRoot(dest)
	if err != nil {
		return err
	}
	defer root.Close()
	return unpack.Decompressed(ctx, f, maxSource, func(r io.Reader) error { return unpack.Tar(r, root, keptPart, maxUnpacked) })
}

// keptPart returns the name of a kept file in the source, or "" for another
// file.
func keptPart(name string) string {
	_, name, _ = strings.Cut(name, "/")
	for _, part := range sourceParts {
		if strings.HasPrefix(name, part) {
			return name
		}
	}
	return ""
}
