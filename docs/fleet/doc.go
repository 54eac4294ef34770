// SPDX-License-Identifier: Apache-2.0

// Package fleet tests the files for fleets against the types of Kubernetes. It is a
// module of its own: these types have more dependencies than all of klptest.
package fleet
