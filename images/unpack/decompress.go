// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/program"
)

// maxWindow is the maximum window of a decompressor. Packages use at most 128 MB.
const maxWindow = 256 << 20

// compressions are those of packages, by magic number.
var compressions = []struct {
	magic string
	read  func(ctx context.Context, r io.Reader, w io.Writer) error
}{
	{"\x1f\x8b", stream(func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) })},
	{"\x28\xb5\x2f\xfd", stream(func(r io.Reader) (io.ReadCloser, error) {
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	})},
	{"\xfd7zXZ\x00", runXZ},
	{"", stream(func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(r), nil })},
}

// Decompressed calls use with a reader of the decompressed stream r: gzip, zstd,
// xz or plain. Unless use fails, it must read to the end. More than most bytes are
// an error.
func Decompressed(ctx context.Context, r io.Reader, most int64, use func(io.Reader) error) error {
	out, in := io.Pipe()
	defer context.AfterFunc(ctx, func() { in.CloseWithError(context.Cause(ctx)) })()
	done := make(chan error, 1)
	go func() {
		w := &bounded.Writer{W: in, Left: most}
		err := decompress(ctx, r, w)
		if w.Left < 0 {
			err = bounded.ErrTooLong // rather than the broken pipe
		}
		in.CloseWithError(err) // nil is the end of the stream
		done <- err
	}()
	err := use(out)
	out.CloseWithError(err) // ends the decompressor early
	if decompressing := <-done; err == nil {
		return decompressing
	}
	return err
}

func decompress(ctx context.Context, r io.Reader, w io.Writer) error {
	b := bufio.NewReader(r)
	for _, c := range compressions {
		if magic, err := b.Peek(len(c.magic)); err == nil && string(magic) == c.magic {
			return c.read(ctx, b, w)
		}
	}
	return nil
}

func stream(open func(io.Reader) (io.ReadCloser, error)) func(context.Context, io.Reader, io.Writer) error {
	return func(_ context.Context, r io.Reader, w io.Writer) error {
		z, err := open(r)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, z)
		return blame.Join(err, z.Close())
	}
}

// runXZ runs the xz program, which takes a third of the time of the Go package and
// respects a memory limit.
func runXZ(ctx context.Context, r io.Reader, w io.Writer) error {
	xz := program.Command{Name: "xz", Args: []string{"--decompress", "--stdout", fmt.Sprintf("--memlimit=%d", 2*maxWindow)}, Stdin: r, Stdout: w}
	err := xz.Run(ctx)
	if errors.Is(err, exec.ErrNotFound) {
		return blame.AdviseRigf(depends.Install("xz"), "there is no xz program to unpack packages")
	}
	return err
}
