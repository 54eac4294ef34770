// SPDX-License-Identifier: Apache-2.0

package series

import (
	"bytes"
	"regexp"
)

// headLine matches a line that a mail program or diff writes, not the author of a source.
var headLine = regexp.MustCompile(`(?m)^(diff --git |--- \S|[A-Za-z-]+: ).*$`)

// unixLines returns a mail or a diff with the line ends of Unix. Mail programs, and some
// downloads, end all lines with CR LF. A patch to a file that has such lines keeps them:
// then the lines of the header end with LF.
func unixLines(data []byte) []byte {
	if !bytes.HasSuffix(headLine.Find(data), []byte("\r")) {
		return data
	}
	return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
}
