// SPDX-License-Identifier: Apache-2.0

// Package series finds the effect of each patch of a series on the cases: it applies one
// patch after another, and builds and runs the kernel after each. Patch files are
// untrusted: git apply refuses paths that leave the tree, and no hook or filter runs.
package series
