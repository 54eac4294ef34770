// SPDX-License-Identifier: Apache-2.0

// Package program runs programs of the host: each ends with the process that
// has started it, and gets no descriptor and no variable of the environment
// that is not meant for it.
//
// [Command] is a program that is run to its end, [Start] is for one that is talked
// to meanwhile. What runs for minutes, or is not trusted, is for
// internal/supervise.
package program
