// SPDX-License-Identifier: Apache-2.0

package images

import (
	"fmt"
	"os"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// home is the Debian release that came with a series; the release before it
// gets the series later, by -security or -backports.
var home = map[string]struct{ suite, before string }{
	"5.10": {"bullseye", "buster"},
	"6.1":  {"bookworm", "bullseye"},
	"6.12": {"trixie", "bookworm"},
}

// codename is VERSION_CODENAME of os-release, "" when there is none.
func codename(osRelease string) string {
	for line := range strings.Lines(osRelease) {
		if name, ok := strings.CutPrefix(line, "VERSION_CODENAME="); ok {
			return strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	return ""
}

// suiteFor names the suite to add on the release called here.
func suiteFor(series, here string) string {
	h, known := home[series]
	switch {
	case !known:
		return ""
	case h.before == here:
		return fmt.Sprintf("%s-security (or %s-backports)", here, here)
	}
	return h.suite
}

func noSeries(series, osRelease string, found []offer) error {
	advice := "use one of these: " + strings.Join(seriesOf(found), " ")
	if suite := suiteFor(series, codename(osRelease)); suite != "" {
		advice = "add the suite " + suite + " to /etc/apt/sources.list.d, then: apt-get update\nor " + advice
	}
	return blame.AdviseRigf(advice, "no suite in apt's sources has a whole %s kernel (image, headers and kbuild)", series)
}

// seriesOf lists the series there are as notations, newest first.
func seriesOf(found []offer) []string {
	var list []string
	seen := map[string]bool{}
	for _, o := range found {
		if s := o.series(); !seen[s] {
			seen[s] = true
			list = append(list, "debian:"+s)
		}
	}
	return list
}

func noVersion(version string, found []offer) error {
	advice := "klptest kernel list tells what there is"
	if len(found) > 0 {
		advice = "the newest is debian:" + found[0].Version + "; " + advice
	}
	return blame.AdviseUserf(advice, "apt has no kernel %s with its headers", version)
}

func osRelease() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return ""
	}
	return string(text)
}
