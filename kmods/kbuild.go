// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"fmt"
	"slices"
	"strings"
)

// kbuildFile returns the Kbuild file for modules, whose names are either ours or
// checked.
func kbuildFile(modules []string) []byte {
	var b strings.Builder
	fmt.Fprintln(&b, "# SPDX-License-Identifier: GPL-2.0")
	for _, name := range modules {
		fmt.Fprintf(&b, "obj-m += %s.o\n", name)
	}
	return []byte(b.String())
}

// modulesOnly are arguments of make for every kernel. Debug information would make
// a module ten times as large, and BTF needs pahole, which a host may lack.
var modulesOnly = []string{"KCFLAGS=-g0", "KAFLAGS=-g0", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"}

// makeArgs returns the command line that builds the modules in dir.
func makeArgs(t Target, tools tools, dir string, jobs int) []string {
	return slices.Concat([]string{
		tools.make, "-C", t.KDir, "--no-print-directory", fmt.Sprintf("-j%d", jobs),
		"M=" + dir, "CC=" + tools.cc,
	}, modulesOnly, tools.llvm)
}
