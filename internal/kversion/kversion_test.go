// SPDX-License-Identifier: Apache-2.0

package kversion

import "testing"

func TestParse(t *testing.T) {
	for release, want := range map[string]string{
		"6.12":                 "6.12",
		"6.12.117+deb12-amd64": "6.12.117",
		"7.0-rc3":              "7.0",
		"6":                    "6",
		"":                     "",
		"next-6.1":             "",
		"v6.1":                 "",
		"99999999999.1":        "999999999",
	} {
		if got := Parse(release).String(); got != want {
			t.Errorf("%q is %q, want %q", release, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		v, w string
		want int
	}{
		{"6.12.117", "6.12", 0},
		{"6.12.117+deb12-amd64", "6.12.117", 0},
		{"6.1.0-56-amd64", "6.1", 0},
		{"6.1.0-56-amd64", "6.12", -1},
		{"6.14.0-rc3", "6.14", 0},
		{"6", "6.0.0", 0},
		{"6", "6.1", -1},
		{"10.0", "9.9", 1},
		{"6.12", "6.12.0", 0},
		{"6.12", "6.12.1", -1},
		{"6.1", "6.12", -1},
		{"7.0-rc1", "6.19", 1},
		{"6.12", "6", 0},
	} {
		if got := Parse(c.v).Compare(Parse(c.w)); got != c.want {
			t.Errorf("%s to %s: %d, want %d", c.v, c.w, got, c.want)
		}
	}
}

func TestAtLeast(t *testing.T) {
	for release, want := range map[string]bool{"5.4.290": false, "5.5": true, "5.5.1": true, "6.1": true, "4.20": false} {
		if got := Parse(release).AtLeast(States...); got != want {
			t.Errorf("%s at least %s: %v", release, States, got)
		}
	}
}
