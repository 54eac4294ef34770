// SPDX-License-Identifier: Apache-2.0

// Package bisect finds the commit since which cases fail, by git bisect run:
// the state of the search is git's, so that it can be interrupted and taken up
// again. Only a FAIL that repeats makes a commit bad, only a PASS makes it good;
// all else is skipped, and said.
package bisect
