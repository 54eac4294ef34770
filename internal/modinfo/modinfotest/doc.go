// SPDX-License-Identifier: Apache-2.0

// Package modinfotest makes kernel modules for tests, without a compiler.
package modinfotest
