// SPDX-License-Identifier: Apache-2.0

// Package docs holds the documents that klptest shows itself.
package docs
