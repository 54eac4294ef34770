// SPDX-License-Identifier: Apache-2.0

// Package matrix reads a file of kernels, sets of cases, and options, to be combined with
// each other. [Matrix.Cells] returns the combinations, and [Shard.Share] the part that one
// shard runs. The same file gives the same shards on every host.
package matrix
