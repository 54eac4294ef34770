// SPDX-License-Identifier: Apache-2.0

// Package resume lets a run go on that was interrupted, be it by SIGKILL.
//
// Each attempt at the run writes results of its own, beside those of the earlier
// attempts, and begins with what these have finished. So there is no moment in which
// finished results could be lost, and the last attempt has all of them: the earlier ones
// are then removed.
package resume
