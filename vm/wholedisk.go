// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/klptest/klptest/internal/blame"
)

// wholeHeader is how many bytes of an image include the fields that name other files.
const wholeHeader = qcow2FeaturesAt + 8

// takesFrom reports whether an image with that header uses another file, for its data or
// as its backing file.
func takesFrom(head []byte) bool {
	be := binary.BigEndian
	return be.Uint64(head[qcow2BackingAt:]) != 0 ||
		be.Uint32(head[qcow2VersionAt:]) > 2 && be.Uint64(head[qcow2FeaturesAt:])&qcow2ExternalData != 0
}

// checkWhole refuses an image that takes data from another file. QEMU would open any
// such file as this user, and the guest could read it.
func checkWhole(path string) error {
	head := make([]byte, wholeHeader)
	n, err := readHead(path, head)
	switch {
	case err != nil:
	case !bytes.HasPrefix(head, []byte(qcow2Magic)):
		return nil // raw
	case n < len(head):
		err = errors.New("its header is cut off")
	case takesFrom(head):
		return &blame.Error{Party: blame.User, Summary: "the disk image takes data from another file",
			Advice: "if it is not a stranger's, qemu-img convert -O qcow2 IMAGE NEW puts all of it into one file"}
	default:
		return nil
	}
	return &blame.Error{Party: blame.User, Summary: "cannot read the disk image", Err: err}
}
