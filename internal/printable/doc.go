// SPDX-License-Identifier: Apache-2.0

// Package printable makes text from a guest, or from a stranger's file, safe to
// show.
package printable
