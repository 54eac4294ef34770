// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// versionStart is the part of a release that counts: 6.12.117+deb12-amd64 is
// 6.12.117.
var versionStart = regexp.MustCompile(`^\d{1,9}(\.\d{1,9})*`)

// parseVersion returns a version's numbers; none when it has none.
func parseVersion(release string) []int {
	var v []int
	for part := range strings.SplitSeq(versionStart.FindString(release), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		v = append(v, n)
	}
	return v
}

// compareVersions compares as many numbers as want has: 6.12.117 is equal to
// 6.12, and 6.12 is 6.12.0. So "<= 6.12" includes the stable kernels of 6.12.
func compareVersions(have, want []int) int {
	for i, w := range want {
		h := 0
		if i < len(have) {
			h = have[i]
		}
		if c := cmp.Compare(h, w); c != 0 {
			return c
		}
	}
	return 0
}
