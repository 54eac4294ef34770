// SPDX-License-Identifier: Apache-2.0

// Package lab runs cases on many kernels: those that a user names, and variants
// of one, built from patches (package series), mutations (package mutants) or
// options (package variants). Each kernel has a rig of its own, for one run.
package lab
