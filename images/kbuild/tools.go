// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"os/exec"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Tool is what a host needs for building a kernel.
type Tool struct {
	Name    string // a program, or a header when it begins with a slash
	Package string // Debian's
}

var buildTools = []Tool{
	{"make", "make"}, {"gcc", "gcc"}, {"ld", "binutils"}, {"flex", "flex"}, {"bison", "bison"}, {"bc", "bc"},
	{"/usr/include/stdlib.h", "libc6-dev"}, {"/usr/include/gelf.h", "libelf-dev"},
}

// MissingTools are those without which no kernel can be built here.
func MissingTools() []Tool {
	return missingTools(exec.LookPath, func(path string) bool {
		_, err := os.Stat(path)
		return err == nil
	})
}

func missingTools(find func(string) (string, error), isThere func(string) bool) (missing []Tool) {
	for _, t := range buildTools {
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
	command := "apt-get install"
	for _, t := range missing {
		command += " " + t.Package
	}
	return command
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
