// SPDX-License-Identifier: Apache-2.0

// Package bisect finds the first commit on which cases fail, by git bisect run.
// Git keeps the state of the search, so an interrupted search can be resumed.
// Only a FAIL that repeats makes a commit bad, and only a PASS makes it good;
// any other commit is skipped and reported.
package bisect
