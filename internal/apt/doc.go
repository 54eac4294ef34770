// SPDX-License-Identifier: Apache-2.0

// Package apt gives the apt-get command for a missing package, and tells
// whether the package lists are old. .ci/deps has the same rules, for the time
// before klptest is built.
package apt
