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

func TestImageParts(t *testing.T) {
	of := offer{Release: "7.3.4+deb13-amd64", Version: "7.3.4-1~bpo13+1", Image: "linux-image-7.3.4+deb13-amd64"}
	got := imageParts(of, parseDepends("Depends: kmod, linux-base-7.3.4+deb13-amd64 (= 7.3.4-1~bpo13+1), linux-binary-7.3.4+deb13-amd64 (= 7.3.4-1~bpo13+1), "+
		"linux-modules-7.3.4+deb13-amd64 (= 7.3.4-1~bpo13+1), linux-base (>= 4.12~)\n"))
	var names []string
	for _, p := range got {
		names = append(names, p.Name+"="+p.Version)
	}
	want := []string{}
	for _, part := range []string{"image", "base", "binary", "modules"} {
		want = append(want, "linux-"+part+"-7.3.4+deb13-amd64=7.3.4-1~bpo13+1")
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if got := imageParts(of, parseDepends("Depends: kmod, initramfs-tools\n")); len(got) != 1 {
		t.Errorf("a whole image has %v", got)
	}
}
