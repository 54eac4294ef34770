// SPDX-License-Identifier: Apache-2.0

// Package packaged keeps kernels that came as packages of a distribution in the
// cache, unpacked: what is booted, and what modules are built against. It does
// not know any distribution.
package packaged
