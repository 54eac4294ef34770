// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/apt"
	"github.com/klptest/klptest/internal/blame"
)

// Tool is what a host needs for building a kernel.
type Tool struct {
	Name    string // a program, or a header when it begins with a slash
	Package string // Debian's
	For     string // the option that needs it; empty for each kernel
}

var buildTools = []Tool{
	{"make", "make", ""}, {"gcc", "gcc", ""}, {"ld", "binutils", ""}, {"flex", "flex", ""}, {"bison", "bison", ""}, {"bc", "bc", ""},
	{"/usr/include/stdlib.h", "libc6-dev", ""}, {"/usr/include/gelf.h", "libelf-dev", ""},
	{"openssl", "openssl", "MODULE_SIG"}, {"/usr/include/openssl/opensslv.h", "libssl-dev", "MODULE_SIG"},
	{"pahole", "pahole", "DEBUG_INFO_BTF"},
}

// MissingTools are those without which no kernel can be built here that wants
// such options. Without any, wants may be nil.
func MissingTools(wants func(option string) bool) []Tool {
	needed := slices.DeleteFunc(slices.Clone(buildTools), func(t Tool) bool {
		return t.For != "" && (wants == nil || !wants(t.For))
	})
	return missingTools(needed, exec.LookPath, func(path string) bool {
		_, err := os.Stat(path)
		return err == nil
	})
}

func missingTools(needed []Tool, find func(string) (string, error), isThere func(string) bool) (missing []Tool) {
	for _, t := range needed {
		if strings.HasPrefix(t.Name, "/") {
			if !isThere(t.Name) {
				missing = append(missing, t)
			}
		} else if _, err := find(t.Name); err != nil {
			missing = append(missing, t)
		}
	}
	return missing
}

// InstallTools is the command that installs them.
func InstallTools(missing []Tool) string {
	install := []string{"install"}
	for _, t := range missing {
		install = append(install, t.Package)
	}
	return apt.Get(install...)
}

func refuseWithoutTools(missing []Tool) error {
	if len(missing) == 0 {
		return nil
	}
	var names []string
	for _, t := range missing {
		names = append(names, t.Name)
	}
	return blame.AdviseUserf(InstallTools(missing), "no kernel can be built here: missing %s", strings.Join(names, ", "))
}
