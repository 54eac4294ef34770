// SPDX-License-Identifier: Apache-2.0

// Package kmodstest has what modules can be built with where there is no
// kernel.
package kmodstest
