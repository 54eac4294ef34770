// SPDX-License-Identifier: Apache-2.0

// Package archtest has a made-up architecture, for tests that no code names a
// real one.
package archtest
