// SPDX-License-Identifier: Apache-2.0

// Package kconfig handles kernel configurations. It says what klptest needs of
// one ([Required]), and composes those of the kernels that klptest builds from
// fragments ([Fragments], [Settings]).
//
// Options are named without CONFIG_, except in messages.
package kconfig
