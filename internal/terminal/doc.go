// SPDX-License-Identifier: Apache-2.0

// Package terminal tells whether a stream is a terminal, and how wide it is.
package terminal
