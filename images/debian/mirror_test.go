// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"testing"

	"github.com/klptest/klptest/images/debian/debiantest"
)

func TestHostMirror(t *testing.T) {
	for name, c := range map[string]struct {
		targets string
		want    mirror
	}{
		"none":         {"", defaultMirror},
		"both":         {"https://mirror.example/debian/ Debian\nhttp://other.example/debian-security/ Debian\n", mirror{"https://mirror.example/debian", "http://other.example/debian-security"}},
		"one":          {"https://mirror.example/debian/ Debian\n", mirror{"https://mirror.example/debian", defaultMirror.security}},
		"another":      {"https://mirror.example/linux/debian/ Docker\nhttps://mirror.example/ubuntu/ Ubuntu\n", defaultMirror},
		"not yet read": {"https://mirror.example/debian/ \n", defaultMirror},
	} {
		if got := hostMirror(c.targets); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestNamedMirror(t *testing.T) {
	debiantest.Apt(t)
	if got := findMirror(t.Context()).main; got != "http://mirror.example/debian" {
		t.Errorf("the host's: %s", got)
	}
	t.Setenv(MirrorVariable, "https://near.example/debian/")
	if got, want := findMirror(t.Context()), (mirror{"https://near.example/debian", "https://near.example/debian-security"}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
