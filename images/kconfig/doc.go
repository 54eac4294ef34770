// SPDX-License-Identifier: Apache-2.0

// Package kconfig knows the configuration of kernels: it says what klptest
// needs of one ([Required]), and puts those of the kernels that klptest builds
// together out of fragments ([Fragments], [Settings]).
//
// Options are named without CONFIG_, but in messages.
package kconfig
