// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

// TestAttackDiskOfOtherFiles checks that an image whose header names another file is
// refused: a stranger's may name /etc/shadow.
func TestAttackDiskOfOtherFiles(t *testing.T) {
	head := func(version, backing, features byte) string {
		h := make([]byte, 104)
		copy(h, qcow2Magic)
		h[7], h[14], h[79] = version, backing, features
		return string(h)
	}
	for name, tc := range map[string]struct{ head, want string }{
		"whole":         {head(3, 0, 0), ""},
		"whole, dirty":  {head(3, 0, 1), ""},
		"version 2":     {head(2, 0, 4), ""},
		"backing file":  {head(3, 2, 0), "another file"},
		"the same, old": {head(2, 2, 0), "another file"},
		"data file":     {head(3, 0, 4), "another file"},
		"cut off":       {head(3, 0, 0)[:79], "cut off"},
		"raw":           {strings.Repeat("\x01", 80), ""},
	} {
		path := filepath.Join(t.TempDir(), "disk")
		if err := os.WriteFile(path, []byte(tc.head), 0o600); err != nil {
			t.Fatal(err)
		}
		err := checkWhole(path)
		if tc.want == "" && err == nil {
			continue
		}
		if err == nil || tc.want == "" || blame.Of(err) != blame.User || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
