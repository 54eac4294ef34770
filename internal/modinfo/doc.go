// SPDX-License-Identifier: Apache-2.0

// Package modinfo reads a kernel module's description of itself: its .modinfo
// section, as MODULE_INFO() and scripts/mod/modpost.c write it.
package modinfo
