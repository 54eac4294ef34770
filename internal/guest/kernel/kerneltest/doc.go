// SPDX-License-Identifier: Apache-2.0

// Package kerneltest has a kernel for tests, whose log and modules do what a
// test says.
package kerneltest
