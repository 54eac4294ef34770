// SPDX-License-Identifier: Apache-2.0

// Package console keeps what a guest prints, and reads it as it arrives: whether
// the guest is alive, what its kernel warns of, what it died of, and whether the
// emulator is at fault. The file and the memory for this are limited, whatever the
// guest prints.
package console
