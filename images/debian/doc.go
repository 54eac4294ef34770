// SPDX-License-Identifier: Apache-2.0

// Package debian provides Debian's kernels: it finds them in the host's package
// lists, and downloads and unpacks them into the cache. It runs apt-cache, apt-get
// and dpkg-deb, and needs no root.
package debian
