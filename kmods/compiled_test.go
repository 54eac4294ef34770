// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/modcode"
)

func TestEachShippedModuleHasARow(t *testing.T) {
	for _, name := range Names() {
		if _, ok := needsOf(name); !ok {
			t.Errorf("no row for %s", name)
		}
	}
	if n, ok := needsOf("own"); ok {
		t.Errorf("own: %+v", n)
	}
}

// Each function that must be opaque in the sources is checked in the built
// modules.
func TestEachOpaqueFunctionHasARow(t *testing.T) {
	names := map[string]bool{"probe_##func": true} // of the macro that makes the show functions
	for _, n := range needed {
		for _, f := range n.functions {
			names[f.name] = true
		}
	}
	for _, f := range shipped() {
		for line := range strings.Lines(string(f.Data)) {
			_, rest, ok := strings.Cut(line, "static klp_opaque ")
			if name, _, _ := strings.Cut(rest, "("); ok && !names[name[strings.LastIndex(name, " ")+1:]] {
				t.Errorf("%s: no row for %s", f.Name, strings.TrimSpace(line))
			}
		}
	}
}

func TestFault(t *testing.T) {
	good := modcode.Function{Name: "f", Size: 8, Traced: true, Calls: []string{"complete_all", "msleep"}}
	with := func(change func(*modcode.Function)) []modcode.Function {
		f := good
		change(&f)
		return []modcode.Function{{Name: "other"}, f}
	}
	same := func(*modcode.Function) {}
	for name, tt := range map[string]struct {
		functions []modcode.Function
		want      string
	}{
		"good":      {with(same), ""},
		"none":      {nil, "it has 0 functions called f(), not one"},
		"clone":     {with(func(f *modcode.Function) { f.Name = "f.constprop.0" }), "it has 0 functions called f()"},
		"two":       {append(with(same), good), "it has 2 functions called f()"},
		"no size":   {with(func(f *modcode.Function) { f.Size = 0 }), "f() has no size"},
		"folded":    {with(func(f *modcode.Function) { f.Twins = []string{"g"} }), "f() is at the same address as g()"},
		"notrace":   {with(func(f *modcode.Function) { f.Traced = false }), "f() cannot be redirected by ftrace"},
		"tail call": {with(func(f *modcode.Function) { f.Jumps = []string{"msleep"} }), "f() jumps to msleep()"},
		"elsewhere": {with(func(f *modcode.Function) { f.Calls = nil }), "f() does not call msleep()"},
	} {
		got := function{name: "f", traced: true, calls: "msleep"}.fault(tt.functions)
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	if got := (function{name: "f"}).fault([]modcode.Function{{Name: "f", Size: 1, Jumps: []string{"msleep"}}}); got != "" {
		t.Errorf("what it need not do is a fault: %q", got)
	}
}

func TestUnfitModuleIsTheRigsFault(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	b.fit = nil // the modules of a fake make have no functions
	_, err := b.Shipped(t.Context(), k)
	if err == nil || blame.Of(err) != blame.Rig || !strings.Contains(err.Error(), "klp_a.ko") {
		t.Errorf("%v", err)
	}
	path := filepath.Join(t.TempDir(), "klp_other.ko")
	if err := os.WriteFile(path, []byte("not ELF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := checkFit(Module{Name: "klp_other", Path: path}, ""); err == nil || blame.Of(err) != blame.Rig {
		t.Errorf("no module: %v", err)
	}
}
