// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDepends(t *testing.T) {
	want := []relation{
		{"linux-headers-6.1.0-56-common", "=", "6.1.192-2"},
		{"linux-kbuild-6.1", ">=", "6.1.192-2"},
		{"linux-compiler-gcc-12-x86", "", ""},
	}
	if diff := cmp.Diff(want, parseDepends(aptSaid(t, "show-headers-6.1.txt"))); diff != "" {
		t.Error(diff)
	}
	if got := parseDepends("Package: x\nDescription: none\n"); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestKbuildFor(t *testing.T) {
	pkgs := parseMadison(aptSaid(t, "madison.txt"))
	for file, want := range map[string]pkg{
		"show-headers-6.1.txt":  {"linux-kbuild-6.1", "6.1.192-2", "bookworm-security/main"},
		"show-headers-6.12.txt": {"linux-kbuild-6.12.117+deb12", "6.12.117-1~deb12u1", "bookworm-security/main"},
	} {
		got, ok := kbuildFor(parseDepends(aptSaid(t, file)), pkgs)
		if !ok || got != want {
			t.Errorf("%s: %v, %v", file, got, ok)
		}
	}
}

func TestKbuildMustBeAdmitted(t *testing.T) {
	there := []pkg{{Name: "linux-kbuild-6.1", Version: "6.1.176-1"}, {Name: "linux-kbuild-6.1", Version: "6.1.192-2"}}
	for op, want := range map[string]string{"<<": "", "<=": "6.1.176-1", "=": "6.1.176-1", ">=": "6.1.192-2", ">>": "6.1.192-2", "": "6.1.192-2"} {
		got, ok := kbuildFor([]relation{{"linux-kbuild-6.1", op, "6.1.176-1"}}, there)
		if got.Version != want || ok != (want != "") {
			t.Errorf("%q: %v, %v, want %q", op, got, ok, want)
		}
	}
	if got, ok := kbuildFor([]relation{{"linux-kbuild-6.2", "", ""}}, there); ok {
		t.Errorf("another series' is taken: %v", got)
	}
}
