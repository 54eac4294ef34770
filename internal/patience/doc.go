// SPDX-License-Identifier: Apache-2.0

// Package patience measures limits in a guest's own time: the time in which a
// guest stood ready and the host had no CPU for it does not count. On half a
// processor all takes twice as long, and nobody is to blame.
package patience
