// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/toolchain"
)

// toolchainKey names the cache entry of a release's compiler:
// "debian-trixie_x86_64-linux-gnu-gcc-14".
func toolchainKey(r release, compiler string) string {
	return scheme + "-" + r.name + "_" + compiler + toolchain.Layout
}

// equip makes sure that the kernel's own toolchain, if it has one, is there.
func equip(ctx context.Context, s packaged.Store, k *images.Kernel, o images.Options) error {
	if k.Toolchain == "" {
		return nil
	}
	key := filepath.Base(k.Toolchain)
	name, compiler, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(key, toolchain.Layout), scheme+"-"), "_")
	r, ok := releaseOf(name)
	if !ok {
		return fmt.Errorf("the cached kernel %s needs the unknown toolchain %s", k.Name, key)
	}
	_, err := s.Cache.Entry(ctx, toolchain.Kind, key, func(ctx context.Context, dir string) error {
		a, err := current(ctx, s.Cache, r, o)
		if err != nil {
			return err
		}
		scratch, release, err := s.Cache.Temp("toolchain")
		if err != nil {
			return err
		}
		defer release()
		return a.fillToolchain(ctx, compiler, place{dir, scratch}, o)
	})
	return err
}

// fillToolchain makes the entry of a compiler, with the programs and libraries
// that it and the release's linux-kbuild need.
func (a archive) fillToolchain(ctx context.Context, compiler string, to place, o images.Options) error {
	pkgs, files, err := a.closure(ctx, gccPackage.FindString(compiler), "binutils", "libelf1")
	if err != nil {
		return err
	}
	var size int64
	for _, f := range files {
		size += f.Size
	}
	o.Tell(fmt.Sprintf("downloading %s of Debian %s, which built the kernel, %s", compiler, a.release.name, megabytes(size)))
	if err := a.download(ctx, to.scratch, pkgs, files); err != nil {
		return err
	}
	if err := unpackAll(ctx, to.scratch, files, to.dir, fromToolchain); err != nil {
		return err
	}
	return toolchain.Complete(to.dir)
}

var gccPackage = regexp.MustCompile(`gcc-[0-9]+$`)

// idle matches packages that a compiler depends on but that building a module
// does not need: run-time libraries of programs, and libraries of debuggers.
var idle = regexp.MustCompile(`^(lib(asan|tsan|lsan|ubsan|hwasan|itm|gomp|atomic|quadmath|cc1-|gprofng).*|libgcc-[0-9]+-dev|gcc-[0-9]+-base)$`)

// closure returns the packages that the named ones need to work, with their
// files.
func (a archive) closure(ctx context.Context, names ...string) ([]pkg, []file, error) {
	args := append([]string{"install", "--print-uris", "-q", "-y", "--no-install-recommends"}, names...)
	uris, err := a.ask(ctx, "apt-get", args...)
	if err != nil {
		return nil, nil, explainFetch(err, "Debian "+a.release.name+" cannot provide "+names[0])
	}
	var pkgs []pkg
	var files []file
	for _, f := range parseURIs(uris) {
		// The version's colon is written as %3a.
		p := strings.SplitN(strings.ReplaceAll(f.Name, "%3a", ":"), "_", 3)
		if len(p) == 3 && !idle.MatchString(p[0]) {
			pkgs, files = append(pkgs, pkg{Name: p[0], Version: p[1]}), append(files, f)
		}
	}
	if len(pkgs) == 0 {
		return nil, nil, blame.AdviseRigf("use a kernel of another release", "Debian %s has no package %s", a.release.name, names[0])
	}
	return pkgs, files, nil
}

var (
	toolchainProgram = regexp.MustCompile(`^usr/bin/([a-z0-9_]+-linux-gnu-)?(gcc-[0-9]+|as|ld|ld\.bfd|ar|nm|objcopy|objdump|strip|readelf)$`)
	toolchainLibrary = regexp.MustCompile(`^usr/lib/[a-z0-9_]+-linux-gnu/[^/]+\.so(\.[^/]*)?$`)
	toolchainCC1     = regexp.MustCompile(`^usr/(lib|libexec)/gcc/.*/cc1$`)
)

// fromToolchain takes the programs that a module is built with, and libraries.
func fromToolchain(name string) string {
	if strings.HasPrefix(name, "lib/") {
		name = "usr/" + name
	}
	if toolchainProgram.MatchString(name) || toolchainLibrary.MatchString(name) || toolchainCC1.MatchString(name) {
		return name
	}
	return ""
}
