// SPDX-License-Identifier: Apache-2.0

// Package kselftests runs the kernel's own livepatch selftests, the scripts in
// tools/testing/selftests/livepatch of its source, unchanged.
//
// [Read] reads the directory. Each script is a [Test], which a rig runs on a
// guest of its own: the rig builds the test modules, and copies the scripts. The
// script's output, its exit status and the kernel log determine the result; each
// "TEST:" line is a subtest.
package kselftests
