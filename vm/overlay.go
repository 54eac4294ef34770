// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"encoding/binary"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/internal/blame"
)

// The header of a disk image in QEMU's format (docs/interop/qcow2.rst of QEMU). All numbers
// are big-endian.
const (
	qcow2Magic = "QFI\xfb" // an image without it is taken for raw

	qcow2VersionAt  = 4  // 4 bytes
	qcow2BackingAt  = 8  // 8 bytes: where the backing file's name is, or 0
	qcow2SizeAt     = 24 // 8 bytes: the size of the disk
	qcow2FeaturesAt = 72 // 8 bytes, from version 3 on

	qcow2ExternalData = 1 << 2 // a feature: the data is in another file
)

// The format of an overlay.
const (
	qcow2Version = 3

	clusterBits   = 16
	clusterSize   = 1 << clusterBits
	perL1Entry    = clusterSize * clusterSize / 8 // bytes of the disk
	refcountOrder = 4                             // refcounts of 16 bits
	headerLength  = 104
	backingFormat = 0xE2792ACA // the type of the header extension
	maxBacking    = 1023       // bytes of a path
	sectorSize    = 512

	maxL1   = 32 << 20 // bytes of the L1 table that QEMU takes (QCOW_MAX_L1_SIZE, block/qcow2.h)
	maxDisk = maxL1 / 8 * perL1Entry
)

// The clusters of an overlay: the header, the table of refcount blocks, one such block,
// and the L1 table.
const (
	refcountTableAt = 1
	refcountBlockAt = 2
	l1At            = 3
)

// diskImage is an image that guests boot from. It is only read.
type diskImage struct {
	path, format string
	size         int64 // of the disk, in bytes
}

func openDiskImage(path string) (d diskImage, err error) {
	if d.path, err = filepath.Abs(path); err != nil {
		return d, err
	}
	head := make([]byte, qcow2SizeAt+8)
	n, err := readHead(d.path, head)
	if err != nil {
		return d, err
	}
	if n == len(head) && string(head[:len(qcow2Magic)]) == qcow2Magic {
		d.format, d.size = "qcow2", int64(binary.BigEndian.Uint64(head[qcow2SizeAt:]))
		return d, nil
	}
	info, err := os.Stat(d.path)
	if err != nil {
		return d, err
	}
	d.format, d.size = "raw", (info.Size()+sectorSize-1)/sectorSize*sectorSize
	return d, nil
}

// check refuses an image of which there can be no overlay. A stranger's image may claim any
// size.
func (d diskImage) check() error {
	switch {
	case d.size == 0 && d.format == "raw":
		return blame.Userf("%s is empty: it is not a disk image", d.path)
	case len(d.path) > maxBacking || d.size <= 0 || d.size > maxDisk:
		return blame.Userf("no overlay can be made of %s, a disk of %d bytes", d.path, d.size)
	}
	return nil
}

// overlay returns a new image in QEMU's format that has the contents of d until it is
// written to.
func (d diskImage) overlay() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	entries := (d.size + perL1Entry - 1) / perL1Entry
	clusters := l1At + (entries*8+clusterSize-1)/clusterSize
	be, b := binary.BigEndian, make([]byte, clusters*clusterSize)
	be.PutUint64(b[refcountTableAt*clusterSize:], refcountBlockAt*clusterSize)
	for i := range clusters {
		be.PutUint16(b[refcountBlockAt*clusterSize+2*i:], 1)
	}
	copy(b, d.header(uint32(entries)))
	return b, nil
}

// header returns the first cluster, without the zeros at its end.
func (d diskImage) header(l1Entries uint32) []byte {
	be := binary.BigEndian
	b := be.AppendUint32([]byte(qcow2Magic), qcow2Version)
	b = be.AppendUint64(b, 0) // where the path is; see below
	b = be.AppendUint32(b, uint32(len(d.path)))
	b = be.AppendUint32(b, clusterBits)
	b = be.AppendUint64(b, uint64(d.size))
	b = be.AppendUint32(b, 0) // no encryption
	b = be.AppendUint32(b, l1Entries)
	b = be.AppendUint64(b, l1At*clusterSize)
	b = be.AppendUint64(b, refcountTableAt*clusterSize)
	b = be.AppendUint32(b, 1) // clusters in that table
	b = append(b, make([]byte, headerLength-8-len(b))...)
	b = be.AppendUint32(b, refcountOrder)
	b = be.AppendUint32(b, headerLength)
	b = be.AppendUint32(b, backingFormat)
	b = be.AppendUint32(b, uint32(len(d.format)))
	b = append(b, d.format...)
	b = append(b, make([]byte, 8-len(d.format)+8)...) // padding to 8 bytes, and the end of the extensions
	be.PutUint64(b[qcow2BackingAt:], uint64(len(b)))
	return append(b, d.path...)
}
