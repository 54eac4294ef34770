// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/klptest/klptest/internal/blame"
)

// Of the header of a qcow2 image (docs/interop/qcow2.rst of QEMU), all of it in big
// endian: where the fields begin that name other files.
const (
	wholeHeader  = 80 // bytes that have them
	versionAt    = 4  // 32 bits
	backingAt    = 8  // 64 bits: where the backing file's name is, or 0
	featuresAt   = 72 // 64 bits, from version 3 on
	externalData = 1 << 2
)

// checkWhole refuses an image that takes data from another file. QEMU would open that as
// this user, whatever it is, and the guest would read it.
func checkWhole(path string) error {
	head := make([]byte, wholeHeader)
	n, err := readHead(path, head)
	switch {
	case err != nil:
	case !bytes.HasPrefix(head, []byte(qcow2Magic)):
		return nil // raw
	case n < len(head):
		err = errors.New("its header is cut off")
	case binary.BigEndian.Uint64(head[backingAt:]) != 0 || binary.BigEndian.Uint32(head[versionAt:]) > 2 && binary.BigEndian.Uint64(head[featuresAt:])&externalData != 0:
		return &blame.Error{Party: blame.User, Summary: "the disk image takes data from another file",
			Advice: "if it is not a stranger's, qemu-img convert -O qcow2 IMAGE NEW puts all of it into one file"}
	default:
		return nil
	}
	return &blame.Error{Party: blame.User, Summary: "cannot read the disk image", Err: err}
}
