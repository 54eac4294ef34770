// SPDX-License-Identifier: Apache-2.0

// Package saved judges a case by a kernel log or a terminal session that somebody has
// saved, without a run.
//
// prepare.go leaves of the case what such a text can tell; place.go gives each command
// the lines after it, where the text has the commands, and align.go compares the whole
// log where it has not. What comes of it is replayed to package judge (replay.go), so
// that a text is judged as a run would be. The rest is named as not judged, and
// never guessed.
package saved
