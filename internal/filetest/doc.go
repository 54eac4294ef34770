// SPDX-License-Identifier: Apache-2.0

// Package filetest makes files for tests.
package filetest
