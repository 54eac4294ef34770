// SPDX-License-Identifier: Apache-2.0

// Package toolchain makes the compiler of another system usable on this host.
// Programs and libraries of that system are unpacked in a directory, and each
// program has a script that starts it with that system's dynamic linker and
// libraries. So neither privileges nor namespaces are needed, and the scripts work
// in a sandbox that can read the directory.
package toolchain
