// SPDX-License-Identifier: Apache-2.0

// Package machine is the seam between a case and the kernel that it runs on.
//
// [Machine] is implemented by a booted guest and by a model of livepatch. The
// other types are what the two sides exchange: commands, answers, log records
// and the state at the end. A program that runs in the guest needs no other
// package of the case language.
package machine
