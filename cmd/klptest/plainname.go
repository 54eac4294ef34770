// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"

	"github.com/klptest/klptest/internal/blame"
)

// plainName matches a name that every shell and xargs pass on unchanged, and that no
// command takes for an option.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*$`)

// plain refuses names that are not plain: they become words of a command, and may come
// from a stranger's results.
func plain(names []string) error {
	for _, name := range names {
		if !plainName.MatchString(name) {
			return blame.AdviseUserf("without --names they are shown to be read", "a case is named %.60q, which a command might take for something else", name)
		}
	}
	return nil
}
