// SPDX-License-Identifier: Apache-2.0

// Package images says what a kernel to test is ([Kernel]) and who obtains one
// ([Provider]). Package catalog joins the providers and is what to call; what is
// downloaded or converted is kept in a [cache.Cache]. Nothing here starts a VM.
// Only x86-64.
package images
