// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

func TestParse(t *testing.T) {
	for spec, want := range map[string]wanted{
		"debian:6.12":               {"6.12", false},
		"debian:6.1":                {"6.1", false},
		"debian:6.12.115-1~deb12u1": {"6.12.115-1~deb12u1", true},
		"debian:6.12.115+deb12":     {"6.12.115+deb12", true},
		"debian:6.1.0-56":           {"6.1.0-56", true},
		"debian:6.12~rc1-1":         {"6.12~rc1-1", true},
	} {
		if got, ours, err := parse(spec); got != want || !ours || err != nil {
			t.Errorf("%q: got %v, %t, %v, want %v", spec, got, ours, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, spec := range []string{"debian:", "debian:6", "debian:trixie", "debian:6.12/x", "debian:6.12 ", "debian:6.12;id", "debian:-o=x", "debian:\x00"} {
		if _, ours, err := parse(spec); !ours || blame.Of(err) != blame.User || !strings.HasPrefix(err.Error(), "not a Debian kernel version: ") {
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
	for _, s := range []string{"debian:6.12", "host", "debian:6.1.0-56", "./x", "debian:\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		w, ours, err := parse(spec)
		if err != nil && (!ours || blame.Of(err) != blame.User) {
			t.Errorf("%q: %t, %v", spec, ours, err)
		}
		if ours && err == nil && (strings.ContainsAny(w.version, "/ =") || w.version[0] == '-' || spec != "debian:"+w.version) {
			t.Errorf("%q becomes %v", spec, w)
		}
	})
}
