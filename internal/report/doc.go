// SPDX-License-Identifier: Apache-2.0

// Package report shows a run to people and machines.
//
// A [Document] has all that is known about a run: where it ran, and for each test
// the case, the observation and the result. Each of the [Formats] renders it. JSON
// is the document itself, which [Read] reads back.
//
// A [Reporter] renders a document while it grows: Begin, then for each test Start,
// any number of Step, and Case, then End. End must always be called, even after a
// failure: it completes the report and stops the live status line. [Document.Play]
// renders a whole document in the same way.
//
// A failure is described once, as a list of sections in the order in which people read
// them; each format only lays them out. All text of a result may come from a guest or
// an untrusted file, and passes through [printable.Text] before it is written.
package report
