// SPDX-License-Identifier: Apache-2.0

// Package supervise runs builds and leaves no process behind: compilers outlive
// the make that started them, and this process may be killed at any time.
//
// [Run] starts this program again as a supervisor, which runs the job in its own
// process group, waits for all of it, and ends it when the job takes too long, when
// it is cancelled, or when the requesting process is gone, even by SIGKILL. Processes
// that have left the group are ended as well. A process between the supervisor and
// the command may confine a job by Landlock to what its [Box] names; the job then
// cannot signal processes outside, nor read anything about other processes.
//
// main must call [Main] first.
package supervise
