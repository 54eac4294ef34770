// SPDX-License-Identifier: Apache-2.0

// Package depends lists the programs and files that klptest needs on the host,
// and their packages.
package depends
