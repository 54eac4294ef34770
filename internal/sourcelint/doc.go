// SPDX-License-Identifier: Apache-2.0

// Package sourcelint has no code. Its tests walk the source tree and check what no
// other tool does: licences, a doc.go in each package, the size of files and
// functions, which package may import which, and that a check of the Makefile that
// cannot run fails.
package sourcelint
