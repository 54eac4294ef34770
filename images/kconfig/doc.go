// SPDX-License-Identifier: Apache-2.0

// Package kconfig knows the configuration of kernels: it reads .config files
// ([Read]), says what klptest needs of them ([Required]), and puts those of the
// kernels that klptest builds together out of fragments ([Fragments],
// [Settings]).
//
// Options are named without CONFIG_, but in messages.
package kconfig
