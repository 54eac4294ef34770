// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/klptest/klptest/images/packaged"
)

var installedInclude = regexp.MustCompile(`(?m)^include /usr/src/([^/\s]+)/Makefile$`)

// relocate makes the linux-headers directory kdir, unpacked below root, work
// where it is. The links to linux-kbuild are already relative.
func relocate(root, kdir string) error {
	path := filepath.Join(root, kdir, "Makefile")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !installedInclude.Match(text) {
		return fmt.Errorf("%s includes no /usr/src/…/Makefile", path)
	}
	return os.WriteFile(path, []byte(packaged.Relocated(string(text), kdir)), 0o600)
}
