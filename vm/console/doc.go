// SPDX-License-Identifier: Apache-2.0

// Package console keeps what a guest prints, and reads it as it comes: is the
// guest alive, what does its kernel warn of, what did it die of, was it the
// emulator's fault. The file and the memory for this are limited, whatever the
// guest prints.
package console
