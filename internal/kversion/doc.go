// SPDX-License-Identifier: Apache-2.0

// Package kversion reads and compares the versions of kernels.
package kversion
