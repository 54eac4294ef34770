// SPDX-License-Identifier: Apache-2.0

// Package imagestest makes kernel images, modules, packages and build trees for
// tests. They have just enough content to be taken for real.
package imagestest
