// SPDX-License-Identifier: Apache-2.0

// Package agent runs the commands of cases on its own kernel, and reports what
// they log and what they leave behind. An idle agent has no timer, so that a
// snapshot of its guest is at rest.
package agent
