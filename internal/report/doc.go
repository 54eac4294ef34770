// SPDX-License-Identifier: Apache-2.0

// Package report renders results for people and machines: human text, KTAP,
// JSON and JUnit.
//
// A [Reporter] is told what happens as it happens: Begin, then for each case
// Start, any number of Step, and Case, then End. End must be called however
// the run ended: it completes the document and stops the live status line.
//
// What a case did wrong is described once, as a list of sections in the order
// in which people read them; each format only lays them out. All text of a
// result may come from a guest or a stranger's file, and passes through
// [printable.Text] before it is written.
package report
