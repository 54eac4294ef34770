// SPDX-License-Identifier: Apache-2.0

package userland

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	ldConf     = "/etc/ld.so.conf"
	deepestInc = 8 // limits files that include each other
)

// configured returns the directories in ld.so.conf(5).
func (h host) configured() []string { return h.conf(ldConf, 0) }

// conf reads a file, and those that it includes.
func (h host) conf(name string, depth int) (dirs []string) {
	text, err := os.ReadFile(h.at(name))
	if err != nil || depth > deepestInc {
		return nil // the file is optional
	}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\n:,", r) })
		switch {
		case len(words) == 0 || words[0] == "hwcap":
		case words[0] == "include":
			dirs = append(dirs, h.included(words[1:], name, depth)...)
		default:
			dirs = append(dirs, slices.DeleteFunc(words, func(dir string) bool { return !filepath.IsAbs(dir) })...)
		}
	}
	return dirs
}

func (h host) included(patterns []string, by string, depth int) (dirs []string) {
	for _, pattern := range patterns {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(filepath.Dir(by), pattern)
		}
		files, _ := filepath.Glob(h.at(pattern)) // a bad pattern names no file
		for _, file := range files {
			if name, err := filepath.Rel(h.root, file); err == nil {
				dirs = append(dirs, h.conf("/"+name, depth+1)...)
			}
		}
	}
	return dirs
}
