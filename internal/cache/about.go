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

// Describe stores a short description of a directory whose name is a checksum, for
// [Usage]. Whoever fills an entry calls it.
func Describe(dir, text string) error {
	return os.WriteFile(filepath.Join(dir, aboutName), []byte(text), 0o600)
}

// about returns the description of a directory, or "" if there is none.
func about(dir string) string {
	f, err := os.Open(filepath.Join(dir, aboutName))
	if err != nil {
		return ""
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, maxAbout))
	return string(text)
}
