// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"regexp"
	"strings"

	"github.com/klptest/klptest/images"
)

// scheme begins each notation, and what the cache has of Debian.
const scheme = "debian"

// wanted is a kernel as a notation says it.
type wanted struct {
	version string // "6.12"; exact: "6.12.115-1~deb12u1" or "6.12.115+deb12"
	exact   bool   // that version, else the newest of the series
}

var (
	seriesName   = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)
	exactVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+[-.+~][0-9A-Za-z.+~-]*$`)
)

// parse reads a notation, if it is one of Debian's.
func parse(spec string) (w wanted, ours bool, err error) {
	version, ours := strings.CutPrefix(spec, scheme+":")
	switch {
	case !ours:
		return wanted{}, false, nil
	case seriesName.MatchString(version):
		return wanted{version: version}, true, nil
	case exactVersion.MatchString(version):
		return wanted{version, true}, true, nil
	}
	return wanted{}, true, images.BadNotation("not a Debian kernel version: %q", version)
}

func (w wanted) admits(o offer) bool {
	if w.exact {
		return o.matches(w.version)
	}
	return o.series() == w.version
}
