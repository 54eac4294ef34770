// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"errors"
	"fmt"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// Box is everything that an untrusted job may reach, besides its output and
// /dev/null. Links are followed; missing paths are left out, except in
// Writable.
type Box struct {
	Dirs     []string `json:"dirs"`     // files below may be read and executed
	Files    []string `json:"files"`    // may be read
	Listed   []string `json:"listed"`   // the names below may be read: make finds files by them
	Writable []string `json:"writable"` // files below may also be changed
	OwnMaps  bool     `json:"own_maps"` // each process may read its own /proc/self/maps, by that name
}

// LandlockABI is the version of Landlock that this kernel has, 0 for none. A
// Box needs 1; from 4 on it also shuts out the network
// (Documentation/userspace-api/landlock.rst).
func LandlockABI() int {
	abi, err := llsys.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return abi
}

// confine restricts this process and its children for good, as far as the
// kernel's Landlock goes, network included.
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
