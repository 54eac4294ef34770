// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

var (
	installedInclude = regexp.MustCompile(`(?m)^include /usr/src/([^/\s]+)/Makefile$`)
	installedOutput  = regexp.MustCompile(`(?m)^KBUILD_OUTPUT\s*:?=\s*/usr/src/[^/\s]+$`) // since 6.13
)

// relocate makes an unpacked linux-headers directory work where it is: its
// Makefile names itself and that of linux-headers-…-common by absolute paths.
// The links to linux-kbuild are relative already.
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

// here is the directory of the including file, so that it can be renamed and
// moved. It has to be expanded at once.
const here = `$$(dir $$(lastword $$(MAKEFILE_LIST)))`

func relocated(makefile []byte) []byte {
	if !installedInclude.Match(makefile) {
		return nil
	}
	makefile = installedOutput.ReplaceAll(makefile, []byte(`KBUILD_OUTPUT := $$(realpath `+here+`)`))
	return installedInclude.ReplaceAll(makefile, []byte(`include `+here+`../$1/Makefile`))
}
