// SPDX-License-Identifier: Apache-2.0

// Package unpack writes the files of foreign archives into a directory, and
// nothing outside it. It also decompresses archives.
package unpack
