// SPDX-License-Identifier: Apache-2.0

// Package exit has the names and the meanings of all exit statuses.
package exit
