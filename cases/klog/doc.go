// SPDX-License-Identifier: Apache-2.0

// Package klog turns a kernel log into the lines that a transcript shows.
//
// Lines that say nothing about a case are dropped (ignore.go), each splat
// becomes one line (fold.go, dump.go), older wordings become the newest one
// (wording.go), and a line that would be taken for another kind is quoted
// (line.go). Errnos are named as in the kernel's source (errno.go).
package klog
