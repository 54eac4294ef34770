// SPDX-License-Identifier: Apache-2.0

// Package lab runs cases on many kernels: those that a user names, and the
// variants of one that are built for the purpose, by patches (package series),
// by mutations (package mutants) or by options (package variants). Each kernel
// has a rig of its own, for one run.
package lab
