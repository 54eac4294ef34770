// SPDX-License-Identifier: Apache-2.0

// Package durations remembers how long tests took, so that a later run can tell how
// long it will take. It keeps a small file, whose loss harms nothing.
package durations
