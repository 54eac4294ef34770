// SPDX-License-Identifier: Apache-2.0

// Package supervisetest helps tests to see whether anything of a build is left.
package supervisetest
