// SPDX-License-Identifier: Apache-2.0

// Package machinetest has helpers for tests of machines.
package machinetest
