// SPDX-License-Identifier: Apache-2.0

// Package debian provides Debian's kernels: it finds them in package lists
// of its own, and downloads and unpacks them into the cache. It runs apt-cache, apt-get
// and dpkg-deb, and needs no root.
package debian
