// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"path"
	"regexp"
	"strings"
)

// SameReason tells whether two failures of a test have one reason. The runs may be of
// different kernels, on different machines.
func SameReason(a, b Result) bool { return essence(a.Headline()) == essence(b.Headline()) }

var (
	// placedSplat begins the headline of a splat in a function that is known. The rest
	// depends on where a kernel has its code.
	placedSplat = regexp.MustCompile(`^unexpected [^: ]+ [^:]+: `)

	// caseFile begins the headline of a transcript that differs: the file as it was named.
	caseFile = regexp.MustCompile(`^\S*\.txtar:`)

	// accidents are what two logs of one fault differ in: addresses, the time, the
	// process, the processor, the number of an oops, and places in functions.
	accidents = regexp.MustCompile(`\b0x[0-9a-f]{5,}\b|\b[0-9a-f]{12,}\b|\+0x[0-9a-f]+/0x[0-9a-f]+|\[ *\d+\.\d{6}\]|\b[Cc][Pp][Uu]:? \d+\b|\b[Pp][Ii][Dd]:? \d+\b|\[#\d+\]|/\d+\b`)
)

// essence is what all failures for one reason have in common.
func essence(headline string) string {
	if splat := placedSplat.FindString(headline); splat != "" {
		return splat
	}
	headline = caseFile.ReplaceAllStringFunc(headline, path.Base)
	return accidents.ReplaceAllString(strings.TrimSpace(headline), "#")
}
