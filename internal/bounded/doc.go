// SPDX-License-Identifier: Apache-2.0

// Package bounded limits reads and writes, so that foreign data fill neither
// the memory nor the disk.
package bounded
