// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/vm/vmtest"
)

// TestAttackDiskIsLimited checks that a machine cannot fill this host's disk by
// writing to its own.
func TestAttackDiskIsLimited(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(disk, make([]byte, 512), 0o600); err != nil {
		t.Fatal(err)
	}
	spec := fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{{Hang: true}}})
	spec.Disk = disk
	limits := string(readFile(t, fmt.Sprintf("/proc/%d/limits", started(t, spec).PID())))
	for _, want := range []string{`Max file size +1073741824 +1073741824 `, `Max core file size +0 +0 `} {
		if !regexp.MustCompile(want).MatchString(limits) {
			t.Errorf("%q is not in:\n%s", want, limits)
		}
	}
	if err := killed(t, "XFSZ").Death(); blame.Of(err) != blame.Rig || err.Error() != "the machine has written more than 1024 MB to its disk" {
		t.Error(err)
	}
}
