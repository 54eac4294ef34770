// SPDX-License-Identifier: Apache-2.0

// Package catalog has every kernel that can be named here. A distribution is
// added by a package with its images.Provider, and a line in the table of
// providers.
package catalog
