// SPDX-License-Identifier: Apache-2.0

// Package benchtest reports the median and the spread of what benchmarks measure:
// one slow run of a guest would spoil a mean.
package benchtest
