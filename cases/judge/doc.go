// SPDX-License-Identifier: Apache-2.0

// Package judge runs a case on a machine and judges what it observed.
//
// [Run] makes an [Observation], which is plain data, and [Judge] compares it
// with the case. Judging is pure: log.go assigns the log's lines to the
// commands, render.go writes the expected and the observed transcript, and
// diff.go compares them. data.go and leftovers.go find faults that no
// transcript shows; reported.go compares a failure with the symptom of a
// report, and besides.go finds faults besides that symptom. [Update] writes an
// observation back into the case's file.
package judge
