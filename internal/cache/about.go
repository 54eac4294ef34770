// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"io"
	"os"
	"path/filepath"
)

const (
	aboutName = ownPrefix + "about"
	maxAbout  = 200 // bytes that are shown
)

// Describe says in a few words what a directory is of, whose name is a checksum, for
// [Usage]. Whoever fills an entry calls it.
func Describe(dir, text string) error {
	return os.WriteFile(filepath.Join(dir, aboutName), []byte(text), 0o600)
}

// about is what Describe was told of a directory; empty when nobody did.
func about(dir string) string {
	f, err := os.Open(filepath.Join(dir, aboutName))
	if err != nil {
		return ""
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, maxAbout))
	return string(text)
}
