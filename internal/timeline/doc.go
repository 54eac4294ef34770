// SPDX-License-Identifier: Apache-2.0

// Package timeline shows a run of a case as a picture of the livepatches in it.
//
// [New] makes a [Timeline] from a transcript, expected, predicted or observed. It
// is plain data: a lane for each livepatch, and a row for each command and each
// event, in order. Rows are events, not moments: most of a case happens within
// milliseconds, and only the order matters. If the times of the commands are known,
// they are shown beside them.
//
// [Timeline.WriteSVG] and [Timeline.Inline] draw it, and [Timeline.List] describes
// it in words for those who cannot see it. draw.go lays out the drawing, and
// timeline.svg.tmpl writes it; all text passes through [printable.Line] and then
// html/template.
package timeline
