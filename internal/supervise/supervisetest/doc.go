// SPDX-License-Identifier: Apache-2.0

// Package supervisetest helps tests to check whether processes of a build are left.
package supervisetest
