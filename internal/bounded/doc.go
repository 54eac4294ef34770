// SPDX-License-Identifier: Apache-2.0

// Package bounded reads and writes no more than can be meant, so that foreign
// data fill neither the memory nor the disk.
package bounded
