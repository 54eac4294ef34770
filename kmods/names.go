// SPDX-License-Identifier: Apache-2.0

package kmods

// Names are the modules that klptest ships, sorted.
func Names() []string { return modules(shipped()) }
