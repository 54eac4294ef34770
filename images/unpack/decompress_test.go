// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/bounded"
)

// held returns the decompressed contents of a stream.
func held(ctx context.Context, r io.Reader, most int64) (text string, err error) {
	err = Decompressed(ctx, r, most, func(r io.Reader) error {
		data, err := io.ReadAll(r)
		text = string(data)
		return err
	})
	return text, err
}

func TestDecompressed(t *testing.T) {
	defer goleak.VerifyNone(t)
	const size = 300_000
	text := strings.Repeat("abc", size/3)
	for name, packed := range map[string]string{
		"plain": text, "empty": "", "gzip": imagestest.Gzipped(text), "xz": imagestest.XZed(text), "zstd": imagestest.Zstd(text),
	} {
		want := text
		if name == "empty" {
			want = ""
		}
		got, err := held(t.Context(), strings.NewReader(packed), size)
		if got != want || err != nil {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if name == "empty" {
			continue
		}
		if _, err := held(t.Context(), strings.NewReader(packed), size-1); !errors.Is(err, bounded.ErrTooLong) {
			t.Errorf("%s: too much gives %v", name, err)
		}
		if name == "plain" {
			continue
		}
		if _, err := held(t.Context(), strings.NewReader(packed[:len(packed)-3]), size); err == nil {
			t.Errorf("%s: cut short, but no error", name)
		}
	}
}

func TestDecompressedEndsEarly(t *testing.T) {
	defer goleak.VerifyNone(t)
	packed := imagestest.XZed(strings.Repeat("abc", 1<<20))
	enough := errors.New("enough")
	err := Decompressed(t.Context(), strings.NewReader(packed), 1<<30, func(io.Reader) error { return enough })
	if err != enough {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = Decompressed(ctx, strings.NewReader(packed), 1<<30, func(r io.Reader) error {
		cancel()
		_, err := io.Copy(io.Discard, r)
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
