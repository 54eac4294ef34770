// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/apt"
	"github.com/klptest/klptest/internal/blame"
)

func TestSuitesFor(t *testing.T) {
	for _, c := range []struct{ series, here, want string }{
		{"6.12", "bookworm", "bookworm-security bookworm-backports"},
		{"6.12", "trixie", "trixie"},
		{"6.12", "", "trixie"},
		{"6.1", "bookworm", "bookworm"},
		{"6.1", "trixie", "bookworm"},
		{"6.1", "bullseye", "bullseye-security bullseye-backports"},
		{"7.3", "bookworm", "trixie-backports forky sid"},
		{"6.13", "forky", "trixie-backports forky sid"},
		{"6.6", "bookworm", ""},
		{"4.0", "bookworm", ""},
	} {
		if got := strings.Join(suitesFor(c.series, c.here), " "); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.series, c.here, got, c.want)
		}
	}
}

func TestNoSeriesAdvisesWhatHelps(t *testing.T) {
	const use = "use one of these: debian:6.12 debian:6.1"
	update := apt.Get("update") + " (the package lists are old)\nor " + use
	add := "add the suite bookworm-security or bookworm-backports to /etc/apt/sources.list.d, then: " + apt.Get("update") + "\nor " + use
	rolling := strings.Replace(add, "bookworm-security or bookworm-backports", "trixie-backports or forky or sid", 1)
	release, both := []string{"bookworm"}, []string{"bookworm", "bookworm-security"}
	found := offers(parseMadison(aptSaid(t, "madison.txt")))
	for name, c := range map[string]struct {
		series string
		lists  lists
		want   string
	}{
		"the suite is old":               {"6.12", lists{both, both, true}, update},
		"the suite was never fetched":    {"6.12", lists{both, release, false}, update},
		"its alias was never fetched":    {"6.12", lists{[]string{"bookworm", "oldstable-security"}, release, false}, update},
		"its alias is old":               {"6.12", lists{[]string{"oldstable-security"}, []string{"oldstable-security", "bookworm-security"}, true}, update},
		"no source has the suite":        {"6.12", lists{release, release, false}, add},
		"no source has it, lists old":    {"6.12", lists{release, release, true}, add},
		"another source was not fetched": {"6.12", lists{[]string{"bookworm", "bookworm-updates"}, release, false}, add},
		"the suite has no such kernel":   {"6.12", lists{both, both, false}, use},
		"nobody knows the suite":         {"4.0", lists{both, both, false}, use},
		"nobody knows the suite, old":    {"4.0", lists{both, both, true}, update},
		"a series of the release, too":   {"6.1", lists{both, both, true}, update},
		"a series newer than releases":   {"7.3", lists{both, both, false}, rolling},
		"it is not in testing, either":   {"7.3", lists{[]string{"forky"}, []string{"forky"}, false}, use},
		"a series of an earlier release": {"5.10", lists{both, both, true}, strings.Replace(add, "bookworm-security or bookworm-backports", "bullseye", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			var e *blame.Error
			err := noSeries(c.series, "NAME=x\nVERSION_CODENAME=bookworm\n", found, c.lists)
			if !errors.As(err, &e) || e.Party != blame.Rig || e.Advice != c.want {
				t.Errorf("%+v, want the advice\n%s", e, c.want)
			}
		})
	}
}

func TestNoVersionAdvisesARefresh(t *testing.T) {
	suites := []string{"trixie"}
	for old, want := range map[bool]string{true: apt.Get("update"), false: "klptest kernel list tells"} {
		var e *blame.Error
		if err := noVersion("6.12.1-1", nil, lists{suites, suites, old}); !errors.As(err, &e) || !strings.HasPrefix(e.Advice, want) {
			t.Errorf("old %t: %+v", old, e)
		}
	}
}

func TestParseSources(t *testing.T) {
	got := parseSources(aptSaid(t, "update-uris.txt"))
	if want := []string{"bookworm", "bookworm-updates", "bookworm-security"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
