// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/kmods"
)

// TestIntegrationBrokenHoldersAreAnError: with a module whose holders do not hold,
// no case may FAIL.
func TestIntegrationBrokenHoldersAreAnError(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	for module, want := range map[string]string{
		"klp_target": "self-test hold-old failed, so no verdict can be trusted",
		"klp_a":      "self-test hold-new failed, so no verdict can be trusted",
	} {
		t.Run(module, func(t *testing.T) {
			r := newRig(t, Options{Jobs: 1})
			defer r.Close()
			replaceModule(r, module, holdsNothing(t, r, module))
			results, err := Collect(r.Run(t.Context(), Cases(shipped(t, "reverse-twice"))))
			if err != nil || len(results) != 1 {
				t.Fatal(results, err)
			}
			res := results[0]
			if res.Verdict != judge.Error || !strings.Contains(res.Reasons[0], want) || !strings.Contains(res.Reasons[0], "so it holds nothing") {
				t.Errorf("%s: %q", res.Verdict, res.Reasons)
			}
		})
	}
}

// replaceModule makes the rig's guests get the module from another file.
func replaceModule(r *Rig, name, path string) {
	shipped := r.modules.shipped
	r.modules.shipped = func() (map[string]kmods.Module, error) {
		built, err := shipped()
		built = maps.Clone(built)
		if m, ok := built[name]; ok {
			m.Path = path
			built[name] = m
		}
		return built, err
	}
}

// holdsNothing builds the module so that functions that should sleep until released
// return at once.
func holdsNothing(t *testing.T, r *Rig, module string) (path string) {
	t.Helper()
	dir := t.TempDir()
	sources, err := filepath.Glob("../../kmods/src/*.[ch]")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	for _, source := range sources {
		data, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte("while (!READ_ONCE((hold)->released))"), []byte("while (READ_ONCE((hold)->released))"), 1)
		write(t, filepath.Join(dir, filepath.Base(source)), data)
	}
	write(t, filepath.Join(dir, "Kbuild"), fmt.Appendf(nil, "obj-m := %s.o\n", module))
	make := exec.CommandContext(t.Context(), "make", "-C", r.kernel.KDir, "M="+dir, "KCFLAGS=-g0", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules")
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, module+".ko")
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
