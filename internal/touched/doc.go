// SPDX-License-Identifier: Apache-2.0

// Package touched tells which cases run the lines that a patch changes, from the
// counters of a run on a kernel without the patch, or with it.
package touched
