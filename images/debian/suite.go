// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/apt"
	"github.com/klptest/klptest/internal/blame"
)

// home names the Debian release that came with a series; the release before it
// gets the series later, by -security or -backports.
var home = map[string]struct{ suite, before string }{
	"5.10": {"bullseye", "buster"},
	"6.1":  {"bookworm", "bullseye"},
	"6.12": {"trixie", "bookworm"},
}

// rolling are the suites whose kernels are newer than those of any release, with
// Debian 13 as the latest one: its backports, testing and unstable.
var rolling = []string{"trixie-backports", "forky", "sid"}

// codename is VERSION_CODENAME of os-release, "" when there is none.
func codename(osRelease string) string {
	for line := range strings.Lines(osRelease) {
		if name, ok := strings.CutPrefix(line, "VERSION_CODENAME="); ok {
			return strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	return ""
}

// suitesFor names the suites that have a series, the likeliest first; here is the
// codename of the host's release.
func suitesFor(series, here string) []string {
	h, known := home[series]
	switch {
	case !known && newerThanReleases(series):
		return rolling
	case !known:
		return nil
	case h.before == here:
		return []string{here + "-security", here + "-backports"}
	}
	return []string{h.suite}
}

func newerThanReleases(series string) bool {
	for released := range home {
		if compareVersions(series, released) <= 0 {
			return false
		}
	}
	return true
}

func noSeries(series, osRelease string, found []offer, l lists) error {
	advice := adviseSuite(suitesFor(series, codename(osRelease)), l)
	if others := seriesOf(found); len(others) > 0 {
		advice = append(advice, "use one of these: "+strings.Join(others, " "))
	}
	return blame.AdviseRigf(strings.Join(advice, "\nor "), "no suite in apt's sources has a complete %s kernel (image, headers and kbuild)", series)
}

// adviseSuite says how to get the lists of one of the suites. It says nothing
// when they are all there and fresh.
func adviseSuite(suites []string, l lists) []string {
	switch {
	case l.mayBring(suites):
		return []string{apt.Get("update") + " (the package lists are old)"}
	case len(suites) > 0 && !slices.ContainsFunc(suites, l.has):
		return []string{"add the suite " + strings.Join(suites, " or ") + " to /etc/apt/sources.list.d, then: " + apt.Get("update")}
	}
	return nil
}

// seriesOf lists the notations of all series, newest first.
func seriesOf(found []offer) []string {
	var list []string
	seen := map[string]bool{}
	for _, o := range found {
		if s := o.series(); !seen[s] {
			seen[s] = true
			list = append(list, scheme+":"+s)
		}
	}
	return list
}

func noVersion(version string, found []offer, l lists) error {
	advice := "klptest kernel list tells what there is"
	if len(found) > 0 {
		advice = "the newest is " + scheme + ":" + found[0].Version + "; " + advice
	}
	if l.mayBring(nil) {
		advice = apt.Get("update") + " (the package lists are old)\nor " + advice
	}
	return blame.AdviseUserf(advice, "apt does not have kernel %s with its headers", version)
}

func osRelease() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return ""
	}
	return string(text)
}
