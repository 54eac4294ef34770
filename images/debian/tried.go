// SPDX-License-Identifier: Apache-2.0

package debian

import (
	_ "embed" // the table is for people as well
	"strings"
)

//go:embed tried.txt
var triedTable string

// tried are the versions of the kernels in tried.txt.
var tried = parseTried(triedTable)

func parseTried(table string) map[string]bool {
	versions := map[string]bool{}
	for line := range strings.Lines(table) {
		if f := strings.Fields(line); len(f) > 0 && f[0] != "#" {
			versions[f[0]] = true
		}
	}
	return versions
}
