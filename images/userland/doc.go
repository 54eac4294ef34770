// SPDX-License-Identifier: Apache-2.0

// Package userland finds programs of the host, with the libraries that they
// load, so that a guest can run them: what a shell script needs that busybox
// does not have.
//
// It runs nothing. It reads what the dynamic loader would read, as ld.so(8)
// describes it, but for the loader's cache.
package userland
