// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// check returns an error, before any VM starts, if a kernel of that release would
// refuse the module: the kernel compares vermagic (kernel/module/version.c), and
// klp_enable_patch() refuses a module that is not marked as a livepatch. Of the
// shipped modules, the probes must be marked.
func check(m Module, release string) error {
	built, _, _ := strings.Cut(m.Info.Vermagic, " ")
	if built != release {
		return &blame.Error{
			Party:   blame.User,
			Summary: fmt.Sprintf("%s was built for kernel %s, not for %s", filepath.Base(m.Path), built, release),
			Advice:  "use the headers or the build tree of the booted kernel; if its version has changed, rebuild the tree",
		}
	}
	if n, _ := needsOf(m.Name); n.livepatch && !m.Info.Livepatch {
		return blame.Rigf("%s is not marked as a livepatch: was it built without CONFIG_LIVEPATCH?", filepath.Base(m.Path))
	}
	return nil
}
