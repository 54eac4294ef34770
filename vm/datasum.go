// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

const (
	sumPage  = 4096
	sumBlock = 64 * sumPage // read at once; fits the processor's cache
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	zeroPage   = make([]byte, sumPage)
)

// dataSum returns a checksum of a sparse file. It covers the pages that are not
// all zeros, and their positions. Whether zeros are stored or are a hole
// differs between file systems and over time, and does not matter to a guest.
// The sum detects damage, not tampering.
func dataSum(f *os.File) (uint32, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	sum, buf := uint32(0), make([]byte, sumBlock)
	for at := int64(0); at < info.Size(); {
		start, end, err := nextData(f, at)
		if errors.Is(err, unix.ENXIO) { // a hole up to the end
			break
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", f.Name(), err)
		}
		for at = start &^ (sumPage - 1); at < end; {
			n, err := f.ReadAt(buf, at)
			if err != nil && !errors.Is(err, io.EOF) || n == 0 {
				return 0, fmt.Errorf("%s: read %d bytes at %d: %w", f.Name(), n, at, err)
			}
			sum = addPages(sum, buf[:n], at)
			at += int64(n)
		}
	}
	return sum, nil
}

// nextData finds the first stretch of data at or after an offset.
func nextData(f *os.File, at int64) (start, end int64, err error) {
	if start, err = unix.Seek(int(f.Fd()), at, unix.SEEK_DATA); err != nil {
		return 0, 0, err
	}
	end, err = unix.Seek(int(f.Fd()), start, unix.SEEK_HOLE)
	return start, end, err
}

func addPages(sum uint32, pages []byte, at int64) uint32 {
	var place [8]byte
	for len(pages) > 0 {
		page := pages[:min(sumPage, len(pages))]
		if !bytes.Equal(page, zeroPage[:len(page)]) {
			binary.LittleEndian.PutUint64(place[:], uint64(at))
			sum = crc32.Update(crc32.Update(sum, castagnoli, place[:]), castagnoli, page)
		}
		pages, at = pages[len(page):], at+int64(len(page))
	}
	return sum
}
