// SPDX-License-Identifier: Apache-2.0

// Package tunable has the settings for a kernel that tests run on. A kernel that
// klptest boots gets them as arguments; any other kernel gets them through files.
package tunable
