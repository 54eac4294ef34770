// SPDX-License-Identifier: Apache-2.0

// Package cachetest makes caches for tests.
package cachetest
