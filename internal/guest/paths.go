// SPDX-License-Identifier: Apache-2.0

package guest

// PutDir is where a guest keeps the modules that Client.Put has stored.
const PutDir = putDir
