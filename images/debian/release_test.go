// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"strings"
	"testing"
)

func TestSought(t *testing.T) {
	for _, c := range []struct{ spec, here, want string }{
		{"debian:6.12", "bookworm", "bookworm trixie"},
		{"debian:6.12", "trixie", "trixie bookworm"},
		{"debian:6.12", "", "trixie bookworm"},
		{"debian:6.12", "noble", "trixie bookworm"},
		{"debian:6.1", "trixie", "bookworm"},
		{"debian:7.3", "bookworm", "bookworm trixie sid forky"},
		{"debian:7.3", "sid", "sid trixie bookworm forky"},
		{"debian:4.0", "bookworm", ""},
		{"debian:6.12.117-1~deb12u1", "trixie", "bookworm trixie"},
		{"debian:7.3.4-1~bpo13+1", "bookworm", "trixie bookworm sid forky"},
		{"debian:7.2.13+deb14", "bookworm", "sid forky bookworm trixie"},
		{"debian:trixie", "bookworm", "trixie"},
		{"debian:trixie-backports/7.3", "bookworm", "trixie"},
		{"debian:sid", "", "sid"},
	} {
		w, _, err := parse(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range w.sought(c.here) {
			names = append(names, r.name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.spec, c.here, got, c.want)
		}
	}
}

func TestAdmittedSuites(t *testing.T) {
	for spec, want := range map[string]string{
		"debian:trixie":               "trixie trixie-updates trixie-security",
		"debian:trixie/6.12":          "trixie trixie-updates trixie-backports trixie-security",
		"debian:trixie-backports":     "trixie-backports",
		"debian:bookworm-security":    "bookworm-security",
		"debian:sid":                  "sid",
		"debian:trixie-backports/7.3": "trixie-backports",
	} {
		w, _, err := parse(spec)
		if got := strings.Join(w.suites(), " "); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", spec, got, err, want)
		}
	}
	o := offer{Release: "7.3.4+deb13-amd64", Version: "7.3.4-1~bpo13+1", Suite: "trixie-backports/main"}
	for spec, want := range map[string]bool{
		"debian:trixie": false, "debian:trixie/7.3": true, "debian:trixie-backports": true, "debian:7.3": true, "debian:7.3.4": true,
		"debian:bookworm/7.3": false, "debian:7.2": false, "debian:sid": false,
	} {
		w, _, err := parse(spec)
		if got := w.admits(o); got != want || err != nil {
			t.Errorf("%s admits it: %t, %v", spec, got, err)
		}
	}
}
