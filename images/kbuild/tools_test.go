// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"os"
	"testing"

	"github.com/klptest/klptest/internal/apt"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
)

func TestMissingToolsAreNamedWithTheirPackages(t *testing.T) {
	find := func(name string) (string, error) {
		if name == "flex" || name == "bison" {
			return "", os.ErrNotExist
		}
		return "/usr/bin/" + name, nil
	}
	missing := missingTools(depends.Of(buildSet), find, func(path string) bool { return path != "/usr/include/gelf.h" })
	err := refuseWithoutTools(missing)
	var e *blame.Error
	if !errors.As(err, &e) || e.Error() != "no kernel can be built here: missing flex, bison, /usr/include/gelf.h" ||
		e.Advice != apt.Get("install", "flex", "bison", "libelf-dev") {
		t.Errorf("error is %#v", err)
	}
	if err := refuseWithoutTools(nil); err != nil {
		t.Error(err)
	}
}
