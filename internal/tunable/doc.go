// SPDX-License-Identifier: Apache-2.0

// Package tunable has the settings of a kernel that tests run on. A kernel that klptest
// boots gets them as arguments; one that others have booted gets them as files.
package tunable
