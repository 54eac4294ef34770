// SPDX-License-Identifier: Apache-2.0

// Package images defines a kernel to test ([Kernel]) and how one is obtained
// ([Provider]). Package catalog joins the providers and is the one to call.
// Downloads and conversions are kept in a [cache.Cache]. Nothing here starts a
// VM. Only x86-64 is supported.
package images
