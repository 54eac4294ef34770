// SPDX-License-Identifier: Apache-2.0

// Package vmtest provides fakes for tests of virtual machines without QEMU and
// without a kernel: above all, a program that looks like QEMU to those who start
// it and does what a [Script] says.
//
// The fake QEMU is the test binary itself. Its TestMain calls [Main] first:
//
//	func TestMain(m *testing.M) {
//		vmtest.Main()
//		os.Exit(m.Run())
//	}
package vmtest
