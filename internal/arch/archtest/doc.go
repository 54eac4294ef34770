// SPDX-License-Identifier: Apache-2.0

// Package archtest has an architecture that does not exist, for tests that
// nothing names a real one.
package archtest
