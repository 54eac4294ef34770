// SPDX-License-Identifier: Apache-2.0

// Package kernel is what the guest asks of its kernel beyond files: modules, the
// log, random numbers, time.
package kernel
