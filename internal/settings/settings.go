// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

// Name is the name of the file.
const Name = "klptest.yaml"

// maxFile bounds the memory that reading the file takes.
const maxFile = 1 << 20

// Settings are what a file says. The zero value says nothing.
type Settings struct {
	Path     string // of the file; empty: there is none
	Kernel   string // for --kernel
	Jobs     int    // for --jobs; 0: the file does not say
	Expected []Expected
}

// Expected is a failure that is expected.
type Expected struct {
	Case string // a pattern of [path.Match]
	casefile.KnownFailure
}

// Unused are the patterns of expected failures that match none of the names.
func (s Settings) Unused(names []string) (patterns []string) {
	for _, e := range s.Expected {
		matches := func(name string) bool { ok, _ := path.Match(e.Case, name); return ok }
		if !slices.ContainsFunc(names, matches) {
			patterns = append(patterns, e.Case)
		}
	}
	return patterns
}

// Of returns what is known of the failures of a case.
func (s Settings) Of(name string) (list []casefile.KnownFailure) {
	for _, e := range s.Expected {
		if ok, _ := path.Match(e.Case, name); ok { // Find has refused what is no pattern
			list = append(list, e.KnownFailure)
		}
	}
	return list
}

// Find reads the file of a directory, or of the nearest one above that has one. What
// is wrong with the file is the user's error, with its line.
func Find(dir string) (Settings, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return Settings{}, err
	}
	for at := start; ; at = filepath.Dir(at) {
		file := filepath.Join(at, Name)
		info, err := os.Stat(file)
		switch {
		case err == nil:
			return read(file, info, start)
		case !errors.Is(err, fs.ErrNotExist):
			return Settings{}, &blame.Error{Party: blame.User, Summary: "cannot look for " + Name, Err: err}
		case at == filepath.Dir(at):
			return Settings{}, nil
		}
	}
}

func read(file string, info fs.FileInfo, start string) (Settings, error) {
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return Settings{}, blame.Userf("%s is not a file of settings: one has at most 1 MB", file)
	}
	if !trusted(info, start) {
		return Settings{}, blame.AdviseUserf("remove it, or work in a directory of your own", "%s belongs to another user, who could choose what klptest builds and runs", file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return Settings{}, &blame.Error{Party: blame.User, Summary: "cannot read the settings", Err: err}
	}
	s, err := parse(file, data)
	s.Path = file
	if strings.HasPrefix(s.Kernel, "./") || strings.HasPrefix(s.Kernel, "../") {
		s.Kernel = filepath.Join(filepath.Dir(file), s.Kernel)
	}
	return s, err
}

// trusted refuses the file of somebody who has put it above the user's directory, as
// anybody can in /tmp. Whoever owns the directory that the user works in can.
func trusted(info fs.FileInfo, start string) bool {
	owner := ownerOf(info)
	if owner == 0 || owner == os.Geteuid() {
		return true
	}
	here, err := os.Stat(start)
	return err == nil && owner == ownerOf(here)
}

func ownerOf(info fs.FileInfo) int {
	return int(info.Sys().(*syscall.Stat_t).Uid) // of Linux, always
}
