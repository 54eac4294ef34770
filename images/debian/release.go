// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"regexp"
	"slices"
	"strings"
)

// release is one of Debian's releases. Its suites fit together: a kernel of any
// of them is built with the compiler of the first.
type release struct {
	name     string   // the codename, and the first suite
	further  []string // suffixes of further suites: name-updates and so on
	mark     string   // of its versions: "12" of "deb12", and of "bpo12" in backports
	series   string   // of the kernel that it came with; "" before it is released
	security bool     // it has a suite name-security, in an archive of its own
}

// releases are the releases whose kernels can be tested, the latest stable one
// first.
var releases = []release{
	{name: "trixie", further: []string{"updates", "backports"}, mark: "13", series: "6.12", security: true},
	{name: "bookworm", further: []string{"updates", "backports"}, mark: "12", series: "6.1", security: true},
	{name: "sid", mark: "14"},
	{name: "forky", mark: "14"},
}

// suites lists the release's suites, except that for security.
func (r release) suites() []string {
	list := []string{r.name}
	for _, s := range r.further {
		list = append(list, r.name+"-"+s)
	}
	return list
}

func (r release) securitySuite() string { return r.name + "-security" }

func (r release) all() []string {
	if !r.security {
		return r.suites()
	}
	return append(r.suites(), r.securitySuite())
}

// own lists the suites that the release itself consists of: all but backports.
func (r release) own() []string {
	return slices.DeleteFunc(r.all(), func(s string) bool { return strings.HasSuffix(s, "-backports") })
}

// releaseOf returns the release that has a suite.
func releaseOf(suite string) (release, bool) {
	for _, r := range releases {
		if slices.Contains(r.all(), suite) {
			return r, true
		}
	}
	return release{}, false
}

func allSuites() (list []string) {
	for _, r := range releases {
		list = append(list, r.all()...)
	}
	return list
}

// marked reports whether a version was made for the release:
// "6.12.117-1~deb12u1".
func (r release) marked(version string) bool {
	return strings.Contains(version, "deb"+r.mark) || strings.Contains(version, "bpo"+r.mark)
}

var seriesOfVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+`)

// sought lists the releases that may have a kernel, the likeliest first. here is
// the codename of the host's release, whose kernels need no other compiler.
func (w wanted) sought(here string) []release {
	if r, ok := releaseOf(w.suite); ok {
		return []release{r}
	}
	likeliest := func(r release) int {
		switch {
		case w.exact && r.marked(w.version):
			return 0
		case r.name == here:
			return 1
		case r.series == w.version:
			return 2
		}
		return 3
	}
	list := slices.Clone(releases)
	if w.version != "" {
		series := seriesOfVersion.FindString(w.version)
		list = slices.DeleteFunc(list, func(r release) bool { return !r.mayHave(series) })
	}
	slices.SortStableFunc(list, func(a, b release) int { return likeliest(a) - likeliest(b) })
	return list
}

// mayHave reports whether the release can have kernels of a series. No release
// gets older ones than it came with, and an unreleased one has only newer ones
// than the latest stable.
func (r release) mayHave(series string) bool {
	if r.series != "" {
		return compareVersions(series, r.series) >= 0
	}
	return compareVersions(series, releases[0].series) > 0
}
