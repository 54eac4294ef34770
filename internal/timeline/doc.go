// SPDX-License-Identifier: Apache-2.0

// Package timeline shows a run of a case as a picture of the livepatches in it.
//
// [New] makes a [Timeline] of a transcript, expected, predicted or observed. It is
// plain data: a lane for each livepatch, and a row for each command and for each
// thing that happened, in their order. Rows are events and not moments: most of a
// case happens within milliseconds, and what counts is what came before what. Where
// the times of the commands are known, they stand beside them.
//
// [Timeline.WriteSVG] and [Timeline.Inline] draw it, and [Timeline.List] says the
// same in words for those who cannot see it. draw.go lays the drawing out, and
// timeline.svg.tmpl writes it; every text passes through html/template, and comes
// from [printable.Line] before that.
package timeline
