// SPDX-License-Identifier: Apache-2.0

package llvm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// host puts programs that do nothing on the PATH.
func host(t *testing.T, names ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		if err := os.Symlink("/bin/true", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func whole(t Toolchain) (names []string) {
	for _, name := range needed {
		names = append(names, t.Program(name))
	}
	return names
}

func TestNewest(t *testing.T) {
	for name, test := range map[string]struct {
		programs []string
		want     Toolchain
		ok       bool
	}{
		"none":               {nil, 0, false},
		"plain":              {whole(0), 0, true},
		"numbers, not words": {append(whole(9), whole(19)...), 19, true},
		"numbered first":     {append(whole(0), whole(14)...), 14, true},
		"half of the newest": {append(whole(14), "clang-19"), 14, true},
		"another program":    {append(whole(0), "clang-format-19", "clang-cpp-20"), 0, true},
	} {
		host(t, test.programs...)
		if got, ok := Newest(); got != test.want || ok != test.ok {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
	}
}

func TestMakeArgs(t *testing.T) {
	for tools, want := range map[Toolchain]string{0: "LLVM=1 LLVM_IAS=1", 19: "LLVM=-19 LLVM_IAS=1"} {
		if got := strings.Join(tools.MakeArgs(), " "); got != want {
			t.Errorf("%d: %s", tools, got)
		}
	}
}
