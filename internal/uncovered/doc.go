// SPDX-License-Identifier: Apache-2.0

// Package uncovered says of lines of kernel/livepatch that no shipped case runs why
// that is so. The reasons are in reasons.txt, each for lines of a function by their
// text, so that they hold wherever the lines are.
package uncovered
