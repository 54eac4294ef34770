// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"errors"
	"fmt"
	"slices"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// sandbox is what a build that is not trusted may reach. Links lead where they
// lead; what is missing is left out.
type sandbox struct {
	Dirs     []string `json:"dirs"`     // what is below may be read and executed
	Files    []string `json:"files"`    // may be read
	Listed   []string `json:"listed"`   // the names below may be read: make finds files by them
	Writable []string `json:"writable"` // what is below may also be changed
}

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
// compiler of a module takes 0.2 GB and 3 s, and no file has 1 MB. There is none on the number of
// processes: RLIMIT_NPROC counts all those of the user, whatever started them.
const boxLimits = "ulimit -c 0; ulimit -t 60; ulimit -v 2097152; ulimit -f 32768; " // s, KiB, 512 bytes

// limited runs argv under boxLimits. A shell sets them because the supervisor
// cannot set its own: a Go program reserves more memory than a compiler needs.
func limited(argv []string) []string {
	return append([]string{"/bin/sh", "-c", boxLimits + `exec "$@"`, "sh"}, argv...)
}

func newSandbox(t Target, dir string) *sandbox {
	return &sandbox{
		Dirs:     slices.Concat(toolDirs, t.within(kernelDirs)),
		Files:    append(t.within(kernelFiles), "/etc/ld.so.cache"),
		Listed:   t.roots(),
		Writable: []string{dir},
	}
}

// landlockABI is the version of Landlock that this kernel has, 0 for none.
func landlockABI() int {
	abi, err := llsys.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return abi
}

// confine restricts this process and its children for good, as far as the
// kernel's Landlock goes, network included.
func (s *sandbox) confine() error {
	if landlockABI() < 1 {
		return errors.New("this kernel has no Landlock")
	}
	err := landlock.V11.BestEffort().Restrict(
		landlock.RODirs(s.Dirs...).IgnoreIfMissing(),
		landlock.ROFiles(s.Files...).IgnoreIfMissing(),
		landlock.PathAccess(llsys.AccessFSReadDir, s.Listed...).IgnoreIfMissing(),
		landlock.RWDirs(s.Writable...),
		landlock.RWFiles("/dev/null"),
	)
	if err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}
