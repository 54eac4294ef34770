// SPDX-License-Identifier: Apache-2.0

// Package compare says what has changed between the results of two runs, or of two
// sets of runs.
package compare
