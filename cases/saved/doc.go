// SPDX-License-Identifier: Apache-2.0

// Package saved judges a case by a saved kernel log or terminal session, without a run.
//
// prepare.go reduces the case to what such a text can tell. If the text has the
// commands, place.go gives each of them the lines after it; otherwise align.go compares
// the whole log. replay.go replays the result to package judge, so that a text is
// judged as a run would be. The rest is named as not judged, and never guessed.
package saved
