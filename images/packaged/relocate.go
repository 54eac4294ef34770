// SPDX-License-Identifier: Apache-2.0

package packaged

import (
	"regexp"
	"strings"
)

// installedPath matches the lines of a Makefile with installed paths. It includes
// that of the common headers (Debian) or of the source (SUSE, any kernel built
// with O=), and since Linux 6.13 names its own directory.
var installedPath = regexp.MustCompile(`(?m)^(include |(?:export )?KBUILD_OUTPUT ?):?(=? ?)/usr/src/(\S+)$`)

// Relocated returns the Makefile of the header directory kdir, which is below
// usr/src, with paths that stay valid when usr/src is moved as a whole.
func Relocated(makefile, kdir string) string {
	up := strings.Repeat("../", strings.Count(strings.TrimPrefix(kdir, "usr/src/"), "/")+1)
	here := "$(dir $(lastword $(MAKEFILE_LIST)))" + up
	return installedPath.ReplaceAllStringFunc(makefile, func(line string) string {
		m := installedPath.FindStringSubmatch(line)
		if m[1] == "include " {
			return m[1] + here + m[3]
		}
		return m[1] + ":= $(abspath " + here + m[3] + ")"
	})
}
