// SPDX-License-Identifier: Apache-2.0

// Package program runs programs of the host: each ends with the process that
// has started it, and gets no descriptor and no variable of the environment
// that is not meant for it.
//
// A [Command] is run to its end. [Start] is for a program that the caller talks
// to while it runs. Programs that run for minutes or are not trusted are for
// internal/supervise.
package program
