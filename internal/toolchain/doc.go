// SPDX-License-Identifier: Apache-2.0

// Package toolchain makes the compiler of another system usable on this host.
// Programs and libraries of that system lie unpacked in a directory, and a
// script stands for each program: it starts the program by that system's own
// dynamic linker, with that system's own libraries. So neither privileges nor
// namespaces are needed, and the scripts work in a sandbox that can read the
// directory.
package toolchain
