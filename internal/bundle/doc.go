// SPDX-License-Identifier: Apache-2.0

// Package bundle keeps a failure in one file, with all that its reproduction needs.
//
// A bundle is a zip archive of the parts in [Parts]. Its manifest says how the case was
// run, in fields of which each has limits: there is no place in it for a path, a
// program or a flag of klptest. A bundle may come from a stranger, so [Read] refuses
// whatever klptest does not write: further parts, a part twice, a larger one, one that
// is packed too well. It works in memory; no name in an archive becomes that of a file.
package bundle
