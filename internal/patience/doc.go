// SPDX-License-Identifier: Apache-2.0

// Package patience measures limits in a guest's own time: time that a guest
// spent waiting for a CPU of the host does not count. On half a processor
// everything takes twice as long, through no fault of the guest.
//
// [Within] applies a limit to functions that take no context.
package patience
