// SPDX-License-Identifier: Apache-2.0

// Package packaged keeps kernels from a distribution's packages in the cache,
// unpacked: what is booted, and what modules are built against. It depends on
// no particular distribution.
package packaged
