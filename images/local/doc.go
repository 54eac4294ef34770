// SPDX-License-Identifier: Apache-2.0

// Package local provides the kernels of this host: sources, build trees, images
// beside the headers that they were built with, and the running kernel.
package local
