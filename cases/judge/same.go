// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"path"
	"regexp"
	"strings"
)

// SameReason reports whether two failures of a test have the same reason. The runs may
// be of different kernels, on different machines.
func SameReason(a, b Result) bool { return essence(a.Headline()) == essence(b.Headline()) }

var (
	// placedSplat matches the beginning of the headline of a splat in a known function.
	// The rest depends on where a kernel has its code.
	placedSplat = regexp.MustCompile(`^unexpected [^: ]+ [^:]+: `)

	// caseFile matches the file name at the start of a differing transcript's headline.
	caseFile = regexp.MustCompile(`^\S*\.txtar:`)

	// accidents matches what differs between two logs of one fault: addresses, the
	// time, the process, the processor, the number of an oops, and places in functions. The
	// time that was left for a wait differs as well.
	accidents = regexp.MustCompile(`\b0x[0-9a-f]{5,}\b|\b[0-9a-f]{12,}\b|\+0x[0-9a-f]+/0x[0-9a-f]+|\[ *\d+\.\d{6}\]|\b[Cc][Pp][Uu]:? \d+\b|\b[Pp][Ii][Dd]:? \d+\b|\[#\d+\]|/\d+\b|\bwithin [\d.hms]+`)
)

// essence returns what the headlines of failures with one reason share.
func essence(headline string) string {
	if splat := placedSplat.FindString(headline); splat != "" {
		return splat
	}
	headline = caseFile.ReplaceAllStringFunc(headline, path.Base)
	return accidents.ReplaceAllString(strings.TrimSpace(headline), "#")
}
