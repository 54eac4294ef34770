// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os/exec"
	"slices"
	"testing"
)

// ordered lists versions from old to new, according to deb-version(7).
var ordered = []string{
	"0", "1~~", "1~~a", "1~", "1", "1a", "1+b", "1.1", "1.9-1", "1.10-0", "1.10-1~deb12u1", "1.10-1", "1.10-1+b1", "1.10-2",
	"6.1.176-1", "6.1.192-1", "6.1.192-2", "6.12~rc1-1~exp1", "6.12.9-1~bpo12+1", "6.12.9-1", "6.12.115-1~deb12u1", "6.12.117-1~deb12u1", "1:0.1",
}

func TestCompareVersions(t *testing.T) {
	for i, a := range ordered {
		for j, b := range ordered {
			if got, want := sign(compareVersions(a, b)), sign(i-j); got != want {
				t.Errorf("%s ? %s = %d, want %d", a, b, got, want)
			}
		}
	}
	for _, same := range [][2]string{{"1.0", "0:1.0"}, {"1.0", "1.0-0"}, {"1.01", "1.1"}} {
		if compareVersions(same[0], same[1]) != 0 {
			t.Errorf("%s and %s differ", same[0], same[1])
		}
	}
}

func TestCompareVersionsAsDpkgDoes(t *testing.T) {
	dpkg, err := exec.LookPath("dpkg")
	if err != nil {
		t.Skip("no dpkg to compare with")
	}
	for i := range ordered[1:] {
		if err := exec.Command(dpkg, "--compare-versions", ordered[i], "lt", ordered[i+1]).Run(); err != nil {
			t.Errorf("dpkg does not put %s before %s", ordered[i], ordered[i+1])
		}
	}
}

func FuzzCompareVersions(f *testing.F) {
	f.Add("1.0-1", "1.0~rc1-1", "2:0")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if sign(compareVersions(a, b)) != -sign(compareVersions(b, a)) || compareVersions(a, a) != 0 {
			t.Errorf("%q and %q have no order", a, b)
		}
		v := []string{a, b, c}
		slices.SortFunc(v, compareVersions)
		if compareVersions(v[0], v[2]) > 0 {
			t.Errorf("not transitive: %q", v)
		}
	})
}

func sign(n int) int { return max(-1, min(1, n)) }
