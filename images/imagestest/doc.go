// SPDX-License-Identifier: Apache-2.0

// Package imagestest makes, for tests, what kernels consist of: images, modules,
// packages and build trees. They hold just enough to be taken for real.
package imagestest
