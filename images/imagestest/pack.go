// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"

	"github.com/ulikunitz/xz"
)

// BzImage wraps a payload as arch/x86/boot/header.S does.
func BzImage(payload, release string) string {
	const setup = 2 * 512 // the boot sector and one more
	const before = 100    // bytes of the decompressor
	b := make([]byte, setup+before)
	b[0x1f1] = 1
	copy(b[0x202:], "HdrS")
	binary.LittleEndian.PutUint16(b[0x206:], 0x20f)
	binary.LittleEndian.PutUint16(b[0x20e:], 0x300-0x200)
	copy(b[0x300:], release+" (me@here) #1 SMP\x00")
	binary.LittleEndian.PutUint32(b[0x248:], before)
	binary.LittleEndian.PutUint32(b[0x24c:], uint32(len(payload)))
	return string(b) + payload + "the decompressor's own code"
}

// Gzipped packs a text.
func Gzipped(text string) string {
	return Packed(text, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

// XZed packs a text.
func XZed(text string) string {
	return Packed(text, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
}

// Packed packs a text with any writer.
func Packed(text string, open func(io.Writer) (io.WriteCloser, error)) string {
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		panic(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}
