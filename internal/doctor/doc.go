// SPDX-License-Identifier: Apache-2.0

// Package doctor checks the host before a run, and names each missing thing
// with the command that installs it.
package doctor
