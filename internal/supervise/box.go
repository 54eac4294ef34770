// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"errors"
	"fmt"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// Box is everything that an untrusted job may access, besides its output and
// /dev/null. Links are followed; missing paths are ignored, except in Writable.
type Box struct {
	Dirs     []string `json:"dirs"`     // files below them may be read and executed
	Files    []string `json:"files"`    // may be read
	Listed   []string `json:"listed"`   // directories that may be listed: make finds files by name
	Writable []string `json:"writable"` // files below them may also be changed
	OwnMaps  bool     `json:"own_maps"` // each process may read its own maps, by the name /proc/self/maps
}

// LandlockABI returns this kernel's version of Landlock, 0 for none. A Box needs 1;
// from 4 on it also denies the network (Documentation/userspace-api/landlock.rst).
func LandlockABI() int {
	abi, err := llsys.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return abi
}

// confine restricts this process and its children permanently, including the
// network, as far as the kernel's Landlock can.
func (b *Box) confine() error {
	if LandlockABI() < 1 {
		return errors.New("this kernel has no Landlock")
	}
	err := landlock.V11.BestEffort().Restrict(
		landlock.RODirs(b.Dirs...).IgnoreIfMissing(),
		landlock.ROFiles(b.Files...).IgnoreIfMissing(),
		landlock.PathAccess(llsys.AccessFSReadDir, b.Listed...).IgnoreIfMissing(),
		landlock.RWDirs(b.Writable...),
		landlock.RWFiles("/dev/null"),
	)
	if err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}
