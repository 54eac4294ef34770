// SPDX-License-Identifier: Apache-2.0

// Package depends has the programs and files that klptest needs of the host, and
// the packages that they come in.
package depends
