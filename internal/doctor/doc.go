// SPDX-License-Identifier: Apache-2.0

// Package doctor looks at the host before a run does, and names each thing
// that is missing with the command that mends it.
package doctor
