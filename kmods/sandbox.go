// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"slices"

	"github.com/klptest/klptest/internal/supervise"
)

// hostToolDirs hold the distribution's programs and libraries, and nothing of the
// host's own: no /usr/local, no /etc. No kernel code uses /usr/include, but gcc
// reads a file there before each source. Without it, gcc would fail, and Kbuild
// would take that for a missing option and silently leave out -fcf-protection.
var hostToolDirs = []string{
	"/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec",
	"/bin", "/lib", "/lib32", "/lib64",
}

// boxPath finds programs in hostToolDirs only.
const boxPath = "/usr/bin:/bin"

// boxLimits are the limits of one process of an untrusted build. The largest compiler
// of a module takes 0.2 GB and 3 s, and no file has 1 MB. There is no limit on the
// number of processes: RLIMIT_NPROC counts all processes of the user. At the lower
// limit of its time, a process gets SIGXCPU, which diagnose recognises, and at the
// higher one SIGKILL.
const boxLimits = "ulimit -c 0; ulimit -S -t 60; ulimit -H -t 65; ulimit -v 1048576; ulimit -f 32768; " // s, KiB, 512 bytes

// boxJobs is how many compilers of such a build run at once, each followed by
// its assembler. Only one such build runs at a time, of modules or of a program, so
// all cases together take at most 2 GiB of memory, whatever their C and the number
// of processors.
const boxJobs = 2

// limited runs argv under boxLimits. A shell sets them because the supervisor
// cannot set its own: a Go program reserves more memory than a compiler needs.
func limited(argv []string) []string {
	return append([]string{"/bin/sh", "-c", boxLimits + `exec "$@"`, "sh"}, argv...)
}

// sandbox returns everything that an untrusted build may access.
func sandbox(t Target, dir string) *supervise.Box {
	return &supervise.Box{
		Dirs:     slices.Concat(t.toolDirs(), t.within(kernelDirs)),
		Files:    append(t.within(kernelFiles), "/etc/ld.so.cache"),
		Listed:   t.roots(),
		Writable: []string{dir},
		OwnMaps:  true, // tools/objtool/signal.c, read_stack_limit(): where its stack ends
	}
}
