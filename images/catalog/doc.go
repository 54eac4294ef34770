// SPDX-License-Identifier: Apache-2.0

// Package catalog resolves every kernel that can be named here. To add a
// distribution, write a package with its images.Provider and add a line to the
// table of providers.
package catalog
