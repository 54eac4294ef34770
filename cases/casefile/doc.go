// SPDX-License-Identifier: Apache-2.0

// Package casefile parses and checks case files.
//
// [Parse] reads the file: its archive, its header, its transcript and, in the
// transcript, each command and each condition. [Check] finds text that parses
// but must be a mistake.
//
// docs/cases.md describes the language.
package casefile
