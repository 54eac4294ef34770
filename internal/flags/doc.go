// SPDX-License-Identifier: Apache-2.0

// Package flags is what a command line may say: the values that a flag takes, what flags
// have to do with each other, and how many arguments a command has. A command line that
// says anything else is an error of the user's, in klptest's words.
package flags
