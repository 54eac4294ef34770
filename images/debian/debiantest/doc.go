// SPDX-License-Identifier: Apache-2.0

// Package debiantest makes an apt for tests. It offers one kernel, whose
// packages are made for the test.
package debiantest
