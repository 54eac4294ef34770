// SPDX-License-Identifier: Apache-2.0

// Package machinetest has what tests of machines share.
package machinetest
