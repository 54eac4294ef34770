// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/arch"
)

// pkg is one version of a package in apt's lists.
type pkg struct {
	Name, Version string
	Suite         string // "bookworm-security/main"
}

// offer is a Debian kernel with its headers.
type offer struct {
	Release string // uname -r, such as "6.12.117+deb12-" and the architecture
	Version string // of image and headers: "6.12.117-1~deb12u1"
	Image   string // package name; the unsigned one where the signed lags behind
	Suite   string

	equipped bool // its cache entry has a toolchain, whatever the host has that makes the entry
}

func (o offer) abi() string     { return strings.TrimSuffix(o.Release, "-"+arch.Default().Debian) }
func (o offer) headers() string { return "linux-headers-" + o.Release }
func (o offer) common() string  { return "linux-headers-" + o.abi() + "-common" }

// series returns the kernel's series: "6.12".
func (o offer) series() string {
	return strings.Join(strings.SplitN(o.abi(), ".", 3)[:2], ".")
}

// suite returns the suite without the archive area.
func (o offer) suite() string {
	suite, _, _ := strings.Cut(o.Suite, "/")
	return suite
}

// key names the cache entry.
func (o offer) key(s packaged.Store) string {
	signed, equipped := "", ""
	if strings.HasSuffix(o.Image, unsigned) {
		signed = unsigned
	}
	if o.equipped {
		equipped = "_equipped"
	}
	return s.Key(o.Release + signed + "_" + o.Version + equipped)
}

// offered returns the offer that a cache entry was made from, not equipped.
func offered(m packaged.Manifest) offer {
	return offer{Release: m.Release, Version: m.Version, Image: m.Image, Suite: m.Source}
}

// matches reports whether an exact notation means this kernel: by the version of
// its packages or of its source ("6.12.117"), or by its release.
func (o offer) matches(version string) bool {
	upstream, _, _ := strings.Cut(o.Version, "-")
	return version == o.Version || version == upstream || version == o.abi() || version == o.Release
}

const unsigned = "-unsigned"

// kernelPackage matches the packages of the plain flavour. A flavour (cloud, rt)
// and -dbg follow the ABI name as a word; a name without a third number is a
// metapackage.
var kernelPackage = packageNames(arch.Default())

func packageNames(a *arch.Arch) *regexp.Regexp {
	const abi = `\d+\.\d+\.\d[0-9a-z.+~]*(?:-\d[0-9a-z.]*)?`
	return regexp.MustCompile(`^linux-(?:` +
		`image-` + abi + `-` + a.Debian + `(?:-unsigned)?|` +
		`headers-` + abi + `-(?:` + a.Debian + `|common)|` +
		`kbuild-\d+\.\d+[0-9a-z.+~-]*)$`)
}

// kernelNames picks the packages of kernels from apt-cache pkgnames.
func kernelNames(pkgnames string) []string {
	var names []string
	for name := range strings.FieldsSeq(pkgnames) {
		if kernelPackage.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// parseMadison reads apt-cache madison: "name | version | URI suite arch Packages".
func parseMadison(text string) []pkg {
	var found []pkg
	for line := range strings.Lines(text) {
		f := strings.Split(line, "|")
		if len(f) != 3 {
			continue
		}
		source := strings.Fields(f[2])
		if len(source) < 2 || source[len(source)-1] != "Packages" {
			continue
		}
		found = append(found, pkg{strings.TrimSpace(f[0]), strings.TrimSpace(f[1]), source[1]})
	}
	return found
}

// offers pairs images with headers of the same version, newest first, signed before
// unsigned. The headers' Depends tell whether the kbuild that they need is there.
func offers(pkgs []pkg) []offer {
	there := map[pkg]bool{}
	for _, p := range pkgs {
		there[pkg{Name: p.Name, Version: p.Version}] = true
	}
	var found []offer
	for _, p := range pkgs {
		release, isImage := strings.CutPrefix(strings.TrimSuffix(p.Name, unsigned), "linux-image-")
		o := offer{Release: release, Version: p.Version, Image: p.Name, Suite: p.Suite}
		if isImage && there[pkg{Name: o.headers(), Version: o.Version}] && there[pkg{Name: o.common(), Version: o.Version}] {
			found = append(found, o)
		}
	}
	slices.SortStableFunc(found, newestFirst)
	return slices.CompactFunc(found, func(a, b offer) bool {
		return a.Release == b.Release && a.Version == b.Version && a.suite() == b.suite()
	})
}

func newestFirst(a, b offer) int {
	if c := compareVersions(b.Version, a.Version); c != 0 {
		return c
	}
	if c := compareVersions(b.Release, a.Release); c != 0 {
		return c
	}
	return len(a.Image) - len(b.Image)
}
