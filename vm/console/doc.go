// SPDX-License-Identifier: Apache-2.0

// Package console keeps what a guest prints and reads it as it comes: whether
// the guest lives, what its kernel warns of, what it died of, and what is the
// emulator's doing. Both the file and the memory that this takes are bounded,
// whatever the guest prints.
package console
