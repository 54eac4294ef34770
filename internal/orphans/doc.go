// SPDX-License-Identifier: Apache-2.0

// Package orphans ends the processes that a process has started indirectly: also those
// that have left its process group and its session.
package orphans
