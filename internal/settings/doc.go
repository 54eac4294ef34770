// SPDX-License-Identifier: Apache-2.0

// Package settings reads klptest.yaml, in which a project sets once what would
// otherwise be options of each command.
package settings
