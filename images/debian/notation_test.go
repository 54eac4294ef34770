// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

func TestParse(t *testing.T) {
	for spec, want := range map[string]wanted{
		"debian:6.12":                 {"", "6.12", false},
		"debian:6.1":                  {"", "6.1", false},
		"debian:6.12.115-1~deb12u1":   {"", "6.12.115-1~deb12u1", true},
		"debian:6.12.115+deb12":       {"", "6.12.115+deb12", true},
		"debian:6.12.115":             {"", "6.12.115", true},
		"debian:6.1.0-56":             {"", "6.1.0-56", true},
		"debian:6.12~rc1-1":           {"", "6.12~rc1-1", true},
		"debian:sid":                  {"sid", "", false},
		"debian:trixie/6.12":          {"trixie", "6.12", false},
		"debian:trixie-backports/7.3": {"trixie-backports", "7.3", false},
		"debian:bookworm/6.1.0-56":    {"bookworm", "6.1.0-56", true},
	} {
		if got, ours, err := parse(spec); got != want || !ours || err != nil {
			t.Errorf("%q: got %v, %t, %v, want %v", spec, got, ours, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, spec := range []string{"debian:", "debian:6", "debian:6.12/x", "debian:/6.12", "debian:wood", "debian:sid/", "debian:sid/6", "debian:trixie-", "debian:sid/6.12/7", "debian:sid/-x", "debian:6.12 ", "debian:6.12;id", "debian:-o=x", "debian:\x00"} {
		if _, ours, err := parse(spec); !ours || blame.Of(err) != blame.User || !strings.HasPrefix(err.Error(), "not a Debian ") {
			t.Errorf("%q: %t, %v", spec, ours, err)
		}
	}
	for _, spec := range []string{"", "debian", "Debian:6.12", "debain:6.12", "/srv/debian:6.12", "host"} {
		if _, ours, err := parse(spec); ours || err != nil {
			t.Errorf("%q is Debian's: %t, %v", spec, ours, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"debian:6.12", "debian:trixie/6.12", "debian:sid", "host", "debian:6.1.0-56", "./x", "debian:\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		w, ours, err := parse(spec)
		if err != nil && (!ours || blame.Of(err) != blame.User) {
			t.Errorf("%q: %t, %v", spec, ours, err)
		}
		if ours && err == nil && (strings.ContainsAny(w.version, "/ =") || strings.HasPrefix(w.version, "-") || spec != "debian:"+w.String()) {
			t.Errorf("%q becomes %v", spec, w)
		}
	})
}
