// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"os/exec"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
)

// buildSet is the set in package depends for building kernels.
const buildSet = "build"

// MissingTools returns the tools that are missing here to build a kernel with
// the wanted options. wants may be nil if there are none.
func MissingTools(wants func(option string) bool) []depends.Need {
	needed := depends.Of(buildSet)
	for _, option := range depends.Options(buildSet) {
		if wants != nil && wants(option) {
			needed = append(needed, depends.Of(buildSet+"-"+option)...)
		}
	}
	return missingTools(needed, exec.LookPath, func(path string) bool {
		_, err := os.Stat(path)
		return err == nil
	})
}

func missingTools(needed []depends.Need, find func(string) (string, error), isThere func(string) bool) (missing []depends.Need) {
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

// InstallTools returns the command that installs missing tools.
func InstallTools(missing []depends.Need) string { return depends.Install(namesOf(missing)...) }

func namesOf(list []depends.Need) (names []string) {
	for _, n := range list {
		names = append(names, n.Name)
	}
	return names
}

func refuseWithoutTools(missing []depends.Need) error {
	if len(missing) == 0 {
		return nil
	}
	return blame.AdviseUserf(InstallTools(missing), "no kernel can be built here: missing %s", strings.Join(namesOf(missing), ", "))
}
