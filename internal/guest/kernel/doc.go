// SPDX-License-Identifier: Apache-2.0

// Package kernel is the guest's access to its kernel beyond files: modules, the
// log, random numbers, time.
package kernel
