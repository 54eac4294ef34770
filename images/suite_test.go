// SPDX-License-Identifier: Apache-2.0

package images

import (
	"testing"
)

func TestSuiteFor(t *testing.T) {
	for _, c := range []struct{ series, here, want string }{
		{"6.12", "bookworm", "bookworm-security (or bookworm-backports)"},
		{"6.12", "trixie", "trixie"},
		{"6.12", "", "trixie"},
		{"6.1", "bookworm", "bookworm"},
		{"6.1", "bullseye", "bullseye-security (or bullseye-backports)"},
		{"4.0", "bookworm", ""},
	} {
		if got := suiteFor(c.series, c.here); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.series, c.here, got, c.want)
		}
	}
}

func TestNoSeriesNamesTheSuite(t *testing.T) {
	found := offers(parseMadison(aptSaid(t, "madison.txt")))
	err := noSeries("6.12", "NAME=x\nVERSION_CODENAME=bookworm\n", found)
	wantHostError(t, err, "add the suite bookworm-security (or bookworm-backports)")
	wantHostError(t, err, "debian:6.12 debian:6.1")
	wantHostError(t, noSeries("4.0", "VERSION_CODENAME=\"bookworm\"", found), "use one of these")
}
