// SPDX-License-Identifier: Apache-2.0

// Package apt says how to mend what the host's apt lacks, and whether its
// package lists are old. .ci/deps has the same rules, for before there is a
// klptest.
package apt
