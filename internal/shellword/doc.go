// SPDX-License-Identifier: Apache-2.0

// Package shellword quotes words for a POSIX shell.
package shellword
