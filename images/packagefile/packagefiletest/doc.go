// SPDX-License-Identifier: Apache-2.0

// Package packagefiletest makes, for tests, the packages that distributions would
// make of a kernel. It needs dpkg-deb and rpmbuild.
package packagefiletest
