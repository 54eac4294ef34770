// SPDX-License-Identifier: Apache-2.0

// Package arch describes the architectures whose kernels can be tested. What
// differs between them stands in one value each, and nowhere else.
//
// The host's architecture and that of the kernel under test are two values. The
// same architecture on both sides is what KVM needs.
package arch
