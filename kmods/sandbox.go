// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"slices"

	"github.com/klptest/klptest/internal/supervise"
)

// toolDirs hold the distribution's programs and libraries, and nothing of the
// host's own: no /usr/local, no /etc. No kernel code uses /usr/include, but
// gcc reads one file there before each, and Kbuild takes a compiler that fails
// for one that lacks an option: it would leave out -fcf-protection silently.
var toolDirs = []string{
	"/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec",
	"/bin", "/lib", "/lib32", "/lib64",
}

// boxPath finds programs in toolDirs only.
const boxPath = "/usr/bin:/bin"

// The limits of one process of a build that is not trusted. The largest
// compiler of a module takes 0.2 GB and 3 s, and no file has 1 MB. There is
// none on the number of processes: RLIMIT_NPROC counts all those of the user,
// whatever started them.
const boxLimits = "ulimit -c 0; ulimit -t 60; ulimit -v 1048576; ulimit -f 32768; " // s, KiB, 512 bytes

// boxJobs is how many compilers of such a build run at once, each followed by
// its assembler, and one build runs at a time: 2 GiB of memory are the most for
// all cases together, whatever their C does and however many processors are
// there.
const boxJobs = 2

// limited runs argv under boxLimits. A shell sets them because the supervisor
// cannot set its own: a Go program reserves more memory than a compiler needs.
func limited(argv []string) []string {
	return append([]string{"/bin/sh", "-c", boxLimits + `exec "$@"`, "sh"}, argv...)
}

// sandbox is what a build that is not trusted may reach.
func sandbox(t Target, dir string) *supervise.Box {
	return &supervise.Box{
		Dirs:     slices.Concat(toolDirs, t.within(kernelDirs)),
		Files:    append(t.within(kernelFiles), "/etc/ld.so.cache"),
		Listed:   t.roots(),
		Writable: []string{dir},
	}
}
