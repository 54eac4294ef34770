// SPDX-License-Identifier: Apache-2.0

package sourcelint

import (
	"os"
	"path"
	"strings"
	"testing"
)

// ofOneArchitecture are words that only package arch may have.
var ofOneArchitecture = []string{"qemu-system-x86_64", "ttyS0", `"x86_64"`, "amd64", "GOARCH"}

// checkArch finds names of an architecture outside package arch.
func checkArch(files map[string]string) (problems []string) {
	for name, text := range files {
		if path.Ext(name) != ".go" || isTest(name) || path.Dir(name) == "internal/arch" {
			continue
		}
		for _, word := range ofOneArchitecture {
			if strings.Contains(text, word) {
				problems = append(problems, name+": "+word+" is for internal/arch to know")
			}
		}
	}
	return problems
}

func TestArchitecturesStandInOnePackage(t *testing.T) {
	files, err := sources(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range checkArch(files) {
		t.Error(p)
	}
	if p := checkArch(map[string]string{"vm/x.go": `const console = "ttyS0"`}); len(p) != 1 {
		t.Errorf("%q", p)
	}
}
