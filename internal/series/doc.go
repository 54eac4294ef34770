// SPDX-License-Identifier: Apache-2.0

// Package series tells what each patch of a series does to the cases: it
// applies one patch after another, and builds and runs after each. Patch files
// are foreign data: git apply refuses paths that leave the tree, and no hook or
// filter runs.
package series
