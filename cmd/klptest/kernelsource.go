// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"

	"github.com/klptest/klptest/images/debian"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/blame"
)

// notPackaged refuses the notation of a packaged kernel where a source must be named.
func notPackaged(source string) error {
	packaged, _ := debian.Provider().Match(source)
	if _, err := os.Stat(source); err == nil || !packaged {
		return nil
	}
	return blame.AdviseUserf("klptest kernel fetch "+source+" downloads it", "%s is not a source: Debian's kernels are not built", source)
}

// checkSource refuses, before anything is done, what no kernel can be built from.
func checkSource(source string) error {
	if err := notPackaged(source); err != nil {
		return err
	}
	return kbuild.Builder{Source: source}.Check()
}
