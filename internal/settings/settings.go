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

// Name is the name of the settings file.
const Name = "klptest.yaml"

// maxFile bounds the memory that reading the file takes.
const maxFile = 1 << 20

// Settings is the content of a settings file. The zero value sets nothing.
type Settings struct {
	Path     string // of the file; empty: no file
	Kernel   string // for --kernel
	Jobs     int    // for --jobs; 0: not set
	Expected []Expected
}

// Expected is an expected failure.
type Expected struct {
	Case string // a pattern of [path.Match]
	casefile.KnownFailure
}

// Unused returns the patterns of expected failures that match none of the names.
func (s Settings) Unused(names []string) (patterns []string) {
	for _, e := range s.Expected {
		matches := func(name string) bool { ok, _ := path.Match(e.Case, name); return ok }
		if !slices.ContainsFunc(names, matches) {
			patterns = append(patterns, e.Case)
		}
	}
	return patterns
}

// Of returns the known failures of a case.
func (s Settings) Of(name string) (list []casefile.KnownFailure) {
	for _, e := range s.Expected {
		if ok, _ := path.Match(e.Case, name); ok { // Find has refused invalid patterns
			list = append(list, e.KnownFailure)
		}
	}
	return list
}

// Find reads the file in a directory, or in the nearest parent that has one. An
// invalid file is a user error with its line.
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

// trusted refuses a file that another user has put above the user's directory, as
// anybody can in /tmp. The owner of the directory that the user works in is trusted.
func trusted(info fs.FileInfo, start string) bool {
	owner := ownerOf(info)
	if owner == 0 || owner == os.Geteuid() {
		return true
	}
	here, err := os.Stat(start)
	return err == nil && owner == ownerOf(here)
}

func ownerOf(info fs.FileInfo) int {
	return int(info.Sys().(*syscall.Stat_t).Uid) // always this type on Linux
}
