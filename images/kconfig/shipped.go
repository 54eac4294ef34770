// SPDX-License-Identifier: Apache-2.0

package kconfig

import _ "embed" // the options are files of their own

// The shipped options of the kernels that klptest builds.
var (
	// Base is base.config: over make tinyconfig, all that klptest needs and
	// little else.
	//
	//go:embed base.config
	Base string

	// Debug is debug.config: over Base, what makes a kernel check itself.
	//
	//go:embed debug.config
	Debug string

	// LLVM is llvm.config: a kernel built by clang.
	//
	//go:embed llvm.config
	LLVM string

	// Gcov is gcov.config: over Base, a kernel that counts which lines it runs.
	//
	//go:embed gcov.config
	Gcov string

	// Image is image.config: over Base, a kernel that boots a distribution from a
	// disk image.
	//
	//go:embed image.config
	Image string
)
