// SPDX-License-Identifier: Apache-2.0

package kversion

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// Version is the numbers of a version, the most significant first. An unknown
// version has none.
type Version []int

// States is the first version whose livepatches have states
// (kernel/livepatch/state.c).
var States = Version{5, 5}

// start matches the part of a release that counts: 6.12.117 of
// 6.12.117+deb12-1.
var start = regexp.MustCompile(`^\d{1,9}(\.\d{1,9})*`)

// Parse reads a version or a release, as uname -r prints it.
func Parse(release string) Version {
	var v Version
	for part := range strings.SplitSeq(start.FindString(release), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		v = append(v, n)
	}
	return v
}

// Compare compares as many numbers as w has: 6.12.117 is equal to 6.12, and
// 6.12 is 6.12.0. So "<= 6.12" includes the stable kernels of 6.12.
func (v Version) Compare(w Version) int {
	for i, n := range w {
		have := 0
		if i < len(v) {
			have = v[i]
		}
		if c := cmp.Compare(have, n); c != 0 {
			return c
		}
	}
	return 0
}

// AtLeast tells whether v is the version of these numbers or a later one.
func (v Version) AtLeast(numbers ...int) bool { return v.Compare(numbers) >= 0 }

func (v Version) String() string {
	var parts []string
	for _, n := range v {
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, ".")
}
