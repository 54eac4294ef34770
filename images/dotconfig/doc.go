// SPDX-License-Identifier: Apache-2.0

// Package dotconfig reads the configuration of a kernel: a .config file or
// /proc/config.gz. Options are named without CONFIG_.
package dotconfig
