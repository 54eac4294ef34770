// SPDX-License-Identifier: Apache-2.0

// Package supervise runs builds and leaves no process behind: compilers outlive
// the make that started them, and this process may be killed at any time.
//
// [Run] starts this very program again as a supervisor, which runs the job in a
// process group of its own, waits for all of it, and ends it when the job takes
// too long, when it is cancelled, or when the requesting process is gone, even
// by SIGKILL. Processes that have left the group end with it. A job may be
// confined by Landlock to what its [Box] names, by a process between the
// supervisor and the command; it cannot signal processes outside, and reads
// nothing of other processes.
//
// It expects that main calls [Main] first.
package supervise
