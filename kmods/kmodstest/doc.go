// SPDX-License-Identifier: Apache-2.0

// Package kmodstest provides a make and a kernel directory for tests that build
// modules without a kernel.
package kmodstest
