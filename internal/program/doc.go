// SPDX-License-Identifier: Apache-2.0

// Package program runs programs of the host. Each ends with the process that
// started it, and inherits no descriptor and no environment variable that is
// not meant for it.
//
// A [Command] is run to its end. [Start] is for a program that the caller talks
// to while it runs. Programs that run for minutes or are not trusted are for
// internal/supervise.
package program
