// SPDX-License-Identifier: Apache-2.0

package tunable

import (
	"path"
	"strings"
	"testing"
)

// TestBothWaysAgree: the file's name is the argument's, with or without its module, and
// both have the same value.
func TestBothWaysAgree(t *testing.T) {
	for _, s := range All() {
		name, value, given := strings.Cut(s.Arg, "=")
		module, parameter, dotted := strings.Cut(name, ".")
		if !dotted {
			module, parameter = "", name
		}
		file := path.Base(s.File)
		if file != parameter && file != module+"_"+parameter {
			t.Errorf("%s is not %s", s.Arg, s.File)
		}
		if given && value != s.Value || !given && s.Value != "1" && s.Value != "Y" {
			t.Errorf("%s is not %s in %s", s.Arg, s.Value, s.File)
		}
	}
}
