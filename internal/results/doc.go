// SPDX-License-Identifier: Apache-2.0

// Package results keeps the results of runs in directories.
//
// A directory has results.json, which grows with the run; a folder for each test
// that did not pass; and, once the run is over, a file for each format of package
// report that has one. [Create] makes a directory, [Read] reads one or several.
package results
