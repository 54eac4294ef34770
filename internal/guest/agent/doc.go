// SPDX-License-Identifier: Apache-2.0

// Package agent runs the commands of cases on the kernel that it runs on, and
// tells what they log and what they leave behind. An idle agent has no timer,
// so that a snapshot of its guest is at rest.
package agent
