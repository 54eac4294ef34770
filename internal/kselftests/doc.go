// SPDX-License-Identifier: Apache-2.0

// Package kselftests runs the kernel's own selftests of livepatch, the scripts in
// tools/testing/selftests/livepatch of its source, as they are.
//
// [Read] reads the directory. Each script is a [Test], which a rig runs on a
// guest of its own: the rig builds the test modules, and copies the scripts. What
// a script prints, how it ends and what the kernel logs make the result; each
// "TEST:" line is a part of it.
package kselftests
