// SPDX-License-Identifier: Apache-2.0

// Package uncovered explains why no shipped case runs certain lines of
// kernel/livepatch. The reasons are in reasons.txt. They identify lines by function
// and text, so that they stay valid when lines move.
package uncovered
