// SPDX-License-Identifier: Apache-2.0

package depends

import (
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/apt"
)

// Each line of the table is read, and a name is always in the same package.
func TestTable(t *testing.T) {
	lines := 0
	for line := range strings.Lines(table) {
		if strings.TrimSpace(line) != "" && line[0] != '#' {
			lines++
		}
	}
	if len(all) != lines || lines < 20 {
		t.Errorf("%d needs in %d lines", len(all), lines)
	}
	packages := map[string]string{}
	for _, n := range all {
		if old, known := packages[n.Name]; known && old != n.Package {
			t.Errorf("%s comes in %s and in %s", n.Name, old, n.Package)
		}
		packages[n.Name] = n.Package
	}
}

func TestOf(t *testing.T) {
	if list := Of("run"); len(list) == 0 || list[0].Name != "qemu-system-x86_64" {
		t.Errorf("%v", list)
	}
	if list := Of("nothing"); len(list) != 0 {
		t.Errorf("%v", list)
	}
	if got := Options("build"); !slices.Equal(got, []string{"MODULE_SIG", "DEBUG_INFO_BTF", "GCOV_KERNEL"}) {
		t.Errorf("%q", got)
	}
}

func TestInstall(t *testing.T) {
	want := apt.Get("install", "binutils", "libelf-dev", "gcc-14")
	if got := Install("ld", "/usr/include/gelf.h", "ld", "gcc-14"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
