// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/images"
)

// scheme begins each notation, and the keys of Debian's entries in the cache.
const scheme = "debian"

// wanted is a kernel as a notation names it.
type wanted struct {
	suite   string // "trixie-backports"; "": any
	version string // "6.12"; exact: "6.12.115-1~deb12u1" or "6.12.115+deb12"; "": the suite's newest
	exact   bool   // exactly that version; false: the newest of the series
}

var (
	seriesName   = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)
	exactVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+[-.+~][0-9A-Za-z.+~-]*$`)
)

// parse reads a notation, if it is one of Debian's.
func parse(spec string) (w wanted, ours bool, err error) {
	text, ours := strings.CutPrefix(spec, scheme+":")
	if !ours {
		return wanted{}, false, nil
	}
	suite, version, both := strings.Cut(text, "/")
	if !both && text != "" && (text[0] < '0' || text[0] > '9') {
		version = ""
	} else if !both {
		suite, version = "", text
	}
	w = wanted{suite, version, exactVersion.MatchString(version)}
	if _, known := releaseOf(suite); !known && (both || suite != "") {
		return wanted{}, true, images.BadNotation("not a Debian suite: %q; known are %s", suite, strings.Join(allSuites(), " "))
	}
	if !w.exact && !seriesName.MatchString(version) && (both || suite == "") {
		return wanted{}, true, images.BadNotation("not a Debian kernel version: %q", version)
	}
	return w, true, nil
}

// String returns the notation without its scheme.
func (w wanted) String() string {
	if w.suite == "" || w.version == "" {
		return w.suite + w.version
	}
	return w.suite + "/" + w.version
}

func (w wanted) admits(o offer) bool {
	return w.admitsVersion(o) && (w.suite == "" || slices.Contains(w.suites(), o.suite()))
}

func (w wanted) admitsVersion(o offer) bool {
	switch {
	case w.exact:
		return o.matches(w.version)
	case w.version != "":
		return o.series() == w.version
	}
	return true
}

// suites returns the suites that may have the kernel, if the notation names
// one. A release's name stands for the release with its updates and, with a
// version, its backports.
func (w wanted) suites() []string {
	r, _ := releaseOf(w.suite)
	switch {
	case w.suite != r.name:
		return []string{w.suite}
	case w.version != "":
		return r.all()
	}
	return r.own()
}
