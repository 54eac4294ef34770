// SPDX-License-Identifier: Apache-2.0

// Package kerneltest has a fake kernel, whose log and modules do what a test
// says.
package kerneltest
