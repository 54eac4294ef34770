// SPDX-License-Identifier: Apache-2.0

// Package rootfstest makes the files of a guest for tests.
package rootfstest
