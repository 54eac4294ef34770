// SPDX-License-Identifier: Apache-2.0

// Package nearest suggests known names for an unknown one.
package nearest
