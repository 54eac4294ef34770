// SPDX-License-Identifier: Apache-2.0

// Package settings reads klptest.yaml, in which a project says once what klptest
// would otherwise be told each time.
package settings
