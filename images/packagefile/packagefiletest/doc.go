// SPDX-License-Identifier: Apache-2.0

// Package packagefiletest makes packages of a kernel for tests, as distributions
// would. It needs dpkg-deb and rpmbuild.
package packagefiletest
