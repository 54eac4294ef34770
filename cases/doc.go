// SPDX-License-Identifier: Apache-2.0

// Package cases is the case language: one text file is a script, its
// expectation and, where it needs its own modules, their source.
//
// A [Case] is parsed from a file, run by [Run] over a [Machine] (a booted
// guest or a model of one), and judged by comparing what was logged and
// answered with what the transcript says. Parsing and judging are pure.
// The shipped cases are embedded; see [Shipped].
package cases
