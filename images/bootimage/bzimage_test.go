// SPDX-License-Identifier: Apache-2.0

package bootimage

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/printable"
)

func TestBzImageRelease(t *testing.T) {
	bz, err := parseBzImage([]byte(imagestest.BzImage("payload", "6.1.0-56-amd64")))
	if err != nil || bz.release() != "6.1.0-56-amd64" || string(bz.payload) != "payload" {
		t.Errorf("%q %q %v", bz.release(), bz.payload, err)
	}
	old := []byte(imagestest.BzImage("payload", "2.6.20"))
	old[0x206] = 7
	old[0x207] = 2
	if _, err := parseBzImage(old); err == nil || !strings.Contains(err.Error(), "2.08") {
		t.Errorf("got %v", err)
	}
}

func FuzzParseBzImage(f *testing.F) {
	f.Add([]byte(imagestest.BzImage(imagestest.Gzipped("x"), imagestest.Release)))
	f.Fuzz(func(t *testing.T, data []byte) {
		bz, err := parseBzImage(data)
		if err != nil {
			return
		}
		if len(bz.payload) > len(data) || !printable.Clean(bz.version) {
			t.Errorf("%d bytes of payload, version %q", len(bz.payload), bz.version)
		}
	})
}
