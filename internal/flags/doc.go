// SPDX-License-Identifier: Apache-2.0

// Package flags checks what a command line says: the values of flags, the rules between
// flags, and the number of arguments. A command line that breaks them is a user error,
// in klptest's words.
package flags
