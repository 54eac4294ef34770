// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

var installedInclude = regexp.MustCompile(`(?m)^include /usr/src/([^/\s]+)/Makefile$`)

// relocate makes an unpacked linux-headers directory work where it is: its
// Makefile includes that of linux-headers-…-common by an absolute path. The
// links to linux-kbuild are relative already.
func relocate(kdir string) error {
	path := filepath.Join(kdir, "Makefile")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	moved := relocated(text)
	if moved == nil {
		return fmt.Errorf("%s includes no /usr/src/…/Makefile", path)
	}
	return os.WriteFile(path, moved, 0o600)
}

// relocated names the file relative to the including one, so that the
// directory can be renamed and moved.
func relocated(makefile []byte) []byte {
	if !installedInclude.Match(makefile) {
		return nil
	}
	return installedInclude.ReplaceAll(makefile, []byte(`include $$(dir $$(lastword $$(MAKEFILE_LIST)))../$1/Makefile`))
}
