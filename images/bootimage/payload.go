// SPDX-License-Identifier: Apache-2.0

package bootimage

import (
	"bytes"
	"compress/bzip2"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz/lzma"

	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/program"
)

// maxVmlinux is the maximum size of a decompressed kernel. Debian's is 70 MB,
// without debug information.
const maxVmlinux = 1 << 30

// maxWindow is the maximum window of a decompressor. zstd --ultra -22, which
// kernels use, needs 128 MB.
const maxWindow = 256 << 20

// compressions are those of scripts/Makefile.lib, by magic number
// (Documentation/arch/x86/boot.rst, payload_offset), except lzo.
var compressions = []struct {
	magic string
	read  func(context.Context, []byte, io.Writer) error
}{
	{"\x1f\x8b", stream(func(r io.Reader) (io.Reader, error) {
		z, err := gzip.NewReader(r)
		if err == nil {
			z.Multistream(false)
		}
		return z, err
	})},
	{"\xfd7zXZ\x00", runXZ},
	{"\x28\xb5\x2f\xfd", decodeZstd},
	{"\x02\x21\x4c\x18", stream(func(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil })},
	{"BZh", stream(func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil })},
	{"\x5d\x00\x00", stream(openLZMA)},
}

// decompress writes the vmlinux of a bzImage's payload to w.
func decompress(ctx context.Context, payload []byte, w io.Writer) error {
	w = &bounded.Writer{W: w, Left: maxVmlinux}
	for _, c := range compressions {
		if bytes.HasPrefix(payload, []byte(c.magic)) {
			return c.read(ctx, payload, w)
		}
	}
	return fmt.Errorf("unknown compression of the kernel: % x", payload[:min(6, len(payload))])
}

// openLZMA refuses a dictionary that would fill the memory. The header has its
// size.
func openLZMA(r io.Reader) (io.Reader, error) {
	var header [lzma.HeaderLen]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(header[1:]) > maxWindow {
		return nil, bounded.ErrTooLong
	}
	return lzma.NewReader(io.MultiReader(bytes.NewReader(header[:]), r))
}

func stream(open func(io.Reader) (io.Reader, error)) func(context.Context, []byte, io.Writer) error {
	return func(_ context.Context, payload []byte, w io.Writer) error {
		r, err := open(bytes.NewReader(withoutSize(payload)))
		if err != nil {
			return err
		}
		_, err = io.Copy(w, r)
		return err
	}
}

// withoutSize drops the length that scripts/Makefile.lib (size_append) appends
// to every format but gzip, which ends with its own. Some decoders take it for
// the next frame.
func withoutSize(payload []byte) []byte {
	if bytes.HasPrefix(payload, []byte("\x1f\x8b")) {
		return payload
	}
	return payload[:max(0, len(payload)-4)]
}

func decodeZstd(_ context.Context, payload []byte, w io.Writer) error {
	d, err := zstd.NewReader(bytes.NewReader(withoutSize(payload)), zstd.WithDecoderMaxMemory(maxWindow))
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = io.Copy(w, d)
	return err
}

// runXZ runs the xz program: kernels use its x86 filter (scripts/xz_wrap.sh),
// which the Go package lacks.
func runXZ(ctx context.Context, payload []byte, w io.Writer) error {
	// Single-stream, because the length follows the stream.
	xz := program.Command{Name: "xz", Args: []string{"--decompress", "--stdout", "--single-stream", fmt.Sprintf("--memlimit=%d", 2*maxWindow)}, Stdin: bytes.NewReader(payload), Stdout: w}
	err := xz.Run(ctx)
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("there is no xz program (%s)", depends.Install("xz"))
	}
	return err
}
