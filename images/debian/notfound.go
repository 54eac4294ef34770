// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// notFound returns the error about a kernel that no release has; seen is what
// they have. Only a missing exact version is the user's mistake.
func notFound(w wanted, seen []offer) error {
	var near []offer
	for _, o := range seen {
		if w.version != "" && strings.HasPrefix(w.version+".", o.series()+".") {
			near = append(near, o)
		}
	}
	advice := "klptest kernel list tells what there is"
	switch {
	case w.exact && len(near) > 0:
		advice = "of that series there are " + strings.Join(versionsOf(near), " ")
	case len(seen) > 0:
		advice = "use one of these: " + strings.Join(seriesOf(seen), " ") + "\nor " + otherKernels
	}
	const summary = "Debian has no complete kernel %s (image, headers and kbuild)"
	if w.exact {
		return blame.AdviseUserf(advice, summary, w)
	}
	return blame.AdviseRigf(advice, summary, w)
}

// versionsOf lists the exact notations, newest first.
func versionsOf(found []offer) []string {
	return distinct(found, func(o offer) string { return scheme + ":" + o.Version })
}

// seriesOf lists the notations of all series, newest first.
func seriesOf(found []offer) []string {
	return distinct(found, func(o offer) string { return scheme + ":" + o.series() })
}

func distinct(found []offer, name func(offer) string) (list []string) {
	seen := map[string]bool{}
	for _, o := range found {
		if n := name(o); !seen[n] {
			seen[n] = true
			list = append(list, n)
		}
	}
	return list
}

// codename returns VERSION_CODENAME of os-release, or "".
func codename(osRelease string) string {
	for line := range strings.Lines(osRelease) {
		if name, ok := strings.CutPrefix(line, "VERSION_CODENAME="); ok {
			return strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	return ""
}

func osRelease() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return ""
	}
	return string(text)
}
