// SPDX-License-Identifier: Apache-2.0

// Package subsequence finds the lines that two texts have in common.
package subsequence
