// SPDX-License-Identifier: Apache-2.0

// Package userland finds programs of the host and the libraries that they load,
// so that a guest can run what a shell script needs and busybox lacks.
//
// It runs nothing. It reads what the dynamic loader would read (ld.so(8)),
// except the loader's cache.
package userland
