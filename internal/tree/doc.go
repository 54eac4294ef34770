// SPDX-License-Identifier: Apache-2.0

// Package tree has no code: its test walks the source tree and checks what no
// other tool does: licences, a doc.go in each package, the size of files and
// of functions.
package tree
