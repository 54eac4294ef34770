// SPDX-License-Identifier: Apache-2.0

package main

import "runtime/debug"

// release is set by the Makefile from the source tree's revision.
var release = ""

// version returns the version that this binary was built from.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
