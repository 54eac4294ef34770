// SPDX-License-Identifier: Apache-2.0

// Package bundle keeps a failure in one file, with everything needed to reproduce it.
//
// A bundle is a zip archive of the parts in [Parts]. Its manifest says how the case was
// run. Each field of the manifest has limits, and none is for a path, a program or a
// flag of klptest. A bundle may come from a stranger, so [Read] refuses whatever
// klptest does not write: further parts, duplicate parts, oversized parts, and parts
// that are compressed too well. It works in memory; no name in an archive becomes a
// file name.
package bundle
