// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFaults: the module knows the same functions, and logs the same text.
func TestFaults(t *testing.T) {
	source, err := os.ReadFile("../../kmods/src/" + FaultModule + ".c")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, m := range regexp.MustCompile(`(?m)^\t\{ "(\w+)", return_`).FindAllStringSubmatch(string(source), -1) {
		known = append(known, m[1])
	}
	if !slices.Equal(known, Faults) {
		t.Errorf("the module knows %v, a case %v", known, Faults)
	}
	_, text, _ := strings.Cut(FaultUnused, ": ")
	if !strings.Contains(string(source), `pr_warn("`+text+"%u of ") {
		t.Errorf("the module does not log %q", FaultUnused)
	}
}
