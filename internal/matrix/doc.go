// SPDX-License-Identifier: Apache-2.0

// Package matrix reads a file that says what to run on what: kernels, sets of cases,
// and options, each with each. [Matrix.Cells] are its combinations, and [Share] is what
// one shard runs of them. It is pure: the same file gives the same shards on every host.
package matrix
