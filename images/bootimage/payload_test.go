// SPDX-License-Identifier: Apache-2.0

package bootimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/bounded"
)

// sized appends the length, as the kernel's build does.
func sized(packed, text string) string {
	return packed + string(binary.LittleEndian.AppendUint32(nil, uint32(len(text))))
}

// bzip2Hello is "hello vmlinux", packed by the bzip2 program.
const bzip2Hello = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xfb\xa6\x76\xce\x00\x00\x01\x11\x80\x40\x00\x02\x67\x83\x40\x20\x00\x22\x00\x69" +
	"\x90\x80\x69\xa6\x81\x4b\x46\xca\xe9\x25\x78\xbb\x92\x29\xc2\x84\x87\xdd\x33\xb6\x70"

func TestDecompress(t *testing.T) {
	text := strings.Repeat(imagestest.PVHKernel(), 20)
	for name, c := range map[string]struct{ payload, want string }{
		"gzip": {imagestest.Gzipped(text), text},
		"zstd": {sized(imagestest.Packed(text, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }), text), text},
		"lz4": {sized(imagestest.Packed(text, func(w io.Writer) (io.WriteCloser, error) {
			z := lz4.NewWriter(w)
			return z, z.Apply(lz4.LegacyOption(true))
		}), text), text},
		"lzma":  {sized(imagestest.Packed(text, func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) }), text), text},
		"bzip2": {sized(bzip2Hello, "hello vmlinux"), "hello vmlinux"},
	} {
		var got bytes.Buffer
		if err := decompress(t.Context(), []byte(c.payload), &got); err != nil || got.String() != c.want {
			t.Errorf("%s: %d bytes of %d, %v", name, got.Len(), len(c.want), err)
		}
	}
}

func TestDecompressXZ(t *testing.T) {
	if _, err := exec.LookPath("xz"); err != nil {
		t.Skip("no xz program")
	}
	text := strings.Repeat(imagestest.PVHKernel(), 20)
	filtered := exec.Command("xz", "--check=crc32", "--x86", "--lzma2", "--stdout")
	filtered.Stdin = strings.NewReader(text)
	out, err := filtered.Output()
	if err != nil {
		t.Fatal(err)
	}
	plain := imagestest.Packed(text, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
	for name, payload := range map[string]string{"x86 filter": string(out), "no filter": plain} {
		var got bytes.Buffer
		if err := decompress(t.Context(), []byte(sized(payload, text)), &got); err != nil || got.String() != text {
			t.Errorf("%s: %d bytes of %d, %v", name, got.Len(), len(text), err)
		}
	}
}

func TestDecompressWithoutXZ(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := decompress(t.Context(), []byte("\xfd7zXZ\x00junk"), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "xz-utils") {
		t.Errorf("got %v", err)
	}
}

func TestSizesAreCapped(t *testing.T) {
	if err := decompress(t.Context(), []byte("\x5d\x00\x00\x00\xff"+strings.Repeat("x", 100)), io.Discard); err != bounded.ErrTooLong {
		t.Errorf("lzma with a dictionary of 4 GB: %v", err)
	}
	if err := decompress(t.Context(), []byte("\x28\xb5\x2f\xfd\x00\x98\x01\x00\x00size"), io.Discard); !errors.Is(err, zstd.ErrWindowSizeExceeded) {
		t.Errorf("zstd with a window of 512 MB: %v", err)
	}
}
