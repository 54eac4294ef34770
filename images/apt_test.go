// SPDX-License-Identifier: Apache-2.0

package images

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/cache"
)

// wantClean checks that nothing is left of a fetch that failed.
func wantClean(t *testing.T, c *cache.Cache) {
	t.Helper()
	for _, dir := range []string{"tmp", kernels} {
		left, err := os.ReadDir(filepath.Join(c.Root(), dir))
		if len(left) != 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("left in %s: %v, %v", dir, left, err)
		}
	}
}

func TestParseURIs(t *testing.T) {
	want := []archive{
		{"linux-kbuild-6.1_6.1.192-2_amd64.deb", 1568188},
		{"linux-image-6.12.117+deb12-amd64_6.12.117-1~deb12u1_amd64.deb", 107179464},
	}
	if diff := cmp.Diff(want, parseURIs(aptSaid(t, "print-uris.txt"))); diff != "" {
		t.Error(diff)
	}
	if got := parseURIs("'http://x' ../../evil.deb 5 \n'http://x' a.deb -1 \nW: something\n"); got != nil {
		t.Errorf("got %v", got)
	}
}
