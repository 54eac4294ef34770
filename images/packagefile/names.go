// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"regexp"
	"strings"

	"github.com/klptest/klptest/internal/arch"
)

// format is a package format.
type format struct {
	name    string                 // also the file's extension, and the scheme of its kernels
	kernel  *regexp.Regexp         // matches the names of packages that a kernel is made of
	not     *regexp.Regexp         // matches those of them that are not needed, and are large
	loose   *regexp.Regexp         // matches those that need not have the kernel's version
	rebuilt *regexp.Regexp         // the part of a version that two packages of one kernel may differ in
	apart   func(a, b string) bool // reports whether packages of one version are of different kernels
	arch    func(*arch.Arch) string
	all     string // the architecture of packages for every architecture
	image   string // what to look for when there is no image
	headers string // when there are no headers
	modules string // when a module is missing
}

// debKernel matches the start of linux-image-6.8.0-45-generic and of
// linux-hwe-6.8-headers-6.8.0-45.
var debKernel = regexp.MustCompile(`^linux-(?:image|image-unsigned|binary|base|modules|kbuild|(?:[a-z0-9.-]+-)?headers)-\d`)

// formats are the two formats. The names are those of docs/kernels.md.
var formats = []*format{
	{
		name:    "deb",
		kernel:  debKernel,
		not:     regexp.MustCompile(`-dbg(?:sym)?$`),
		loose:   regexp.MustCompile(`^linux-kbuild-\d+\.\d+$`), // of Debian's 6.1: one for all of a series
		rebuilt: regexp.MustCompile(`^\d+:|\+b?\d+$`),          // the epoch; a rebuild, or one that is signed again
		apart:   apartDebs,
		arch:    func(a *arch.Arch) string { return a.Debian },
		all:     "all",
		image:   "linux-image-…",
		headers: "linux-headers-…, and the common headers and linux-kbuild-… that it depends on",
		modules: "linux-modules-…",
	},
	{
		name: "rpm",
		// kernel, kernel-core, kernel-rt-devel, kernel-64k-modules-core, kernel-default-devel, kernel-devel-rt
		kernel:  regexp.MustCompile(`^kernel(?:-[a-z0-9]+){0,4}$`),
		not:     regexp.MustCompile(`-(?:debuginfo|debugsource|extra|internal|partner|optional|base|source|doc|docs|headers|tools|macros|syms|firmware|matched|uki|vdso|obs)(?:-|$)`),
		loose:   regexp.MustCompile(`^$`),
		rebuilt: regexp.MustCompile(`\.\d+$`), // SUSE counts the builds of each of a kernel's two source packages
		apart:   apartRPMs,
		arch:    func(a *arch.Arch) string { return a.Name },
		all:     "noarch",
		image:   "kernel-core or kernel-default",
		headers: "kernel-devel (of SUSE: kernel-default-devel and kernel-devel)",
		modules: "kernel-modules-core",
	},
}

// formatOf returns the format of a file by its name, or nil if it is not a package.
func formatOf(file string) *format {
	for _, f := range formats {
		if strings.HasSuffix(file, "."+f.name) {
			return f
		}
	}
	return nil
}

// takes reports whether a kernel is made of packages with this name.
func (f *format) takes(name string) bool {
	return f.kernel.MatchString(name) && !f.not.MatchString(name)
}

// mayBeKernels reports by a file's name whether it is worth reading: files are named
// after their packages.
func mayBeKernels(file string) bool {
	return formatOf(file) != nil && (strings.HasPrefix(file, "linux-") || strings.HasPrefix(file, "kernel"))
}

// group returns what all packages of one kernel have in common.
func (f *format) group(version string) string {
	return f.name + " " + f.rebuilt.ReplaceAllString(version, "")
}

// apartDebs distinguishes flavours such as -generic and -lowlatency. Their common
// headers have the start of their release.
func apartDebs(a, b string) bool {
	a, b = debRelease(a), debRelease(b)
	return !strings.HasPrefix(a, b) && !strings.HasPrefix(b, a)
}

// debRelease returns what follows the first words of a package's name.
func debRelease(name string) string {
	words := debKernel.FindString(name)
	return strings.TrimSuffix(name[max(0, len(words)-1):], "-common")
}

// rpmPart matches the packages that hold no image. Fedora's "kernel" holds nothing.
var rpmPart = regexp.MustCompile(`^kernel$|-(?:devel|modules)(?:-|$)`)

// apartRPMs distinguishes two packages with an image: kernel-core and kernel-rt-core,
// kernel-default and kernel-rt.
func apartRPMs(a, b string) bool { return a != b && !rpmPart.MatchString(a) && !rpmPart.MatchString(b) }
