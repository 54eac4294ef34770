// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Kind is the kind of cache entries with toolchains, and Layout the version of
// their layout, which ends a key.
const (
	Kind   = "toolchains"
	Layout = "_1"
)

// Names in a toolchain.
const (
	programs = "bin"     // the scripts
	helpers  = "libexec" // the scripts that gcc itself starts
	loader   = "loader"  // the script that starts a program with the dynamic linker
)

// loaderVariable passes the loader to the scripts that [Wrap] writes, which are not
// in the toolchain's directory.
const loaderVariable = "KLPTEST_LOADER"

// Bin returns the directory for the PATH.
func Bin(dir string) string { return filepath.Join(dir, programs) }

// Environ returns the environment variables, besides PATH, of a build that uses the
// toolchain.
func Environ(dir string) []string {
	return []string{loaderVariable + "=" + filepath.Join(dir, loader)}
}

// gccHelpers are the programs that gcc itself starts.
var gccHelpers = []string{"as", "ld"}

// Complete adds the scripts to a toolchain that has its programs in usr/bin below
// dir and its libraries in usr/lib/TRIPLET. The directory can be moved afterwards.
func Complete(dir string) error {
	linker, err := one(dir, "usr/lib/*/ld-linux*.so.*")
	if err != nil {
		return err
	}
	cc1, err := one(dir, "usr/*/gcc/*/*/cc1")
	if err != nil {
		return err
	}
	start := fmt.Sprintf("exec \"$root/%s\" --library-path \"$root/%s\" \"$@\"\n", linker, filepath.Dir(linker))
	if err := script(filepath.Join(dir, loader), "root=${0%/*}\n"+start); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(dir, "usr/bin"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		options := ""
		if strings.Contains(e.Name(), "gcc-") {
			options = ` -B"$root/` + helpers + `/"`
		}
		if err := standIn(dir, programs, e.Name(), "usr/bin/"+e.Name(), options); err != nil {
			return err
		}
	}
	for _, name := range gccHelpers {
		if err := standIn(dir, helpers, name, "usr/bin/"+name, ""); err != nil {
			return err
		}
	}
	return standIn(dir, helpers, "cc1", cc1, "")
}

// one returns the only file that matches a pattern, relative to dir.
func one(dir, pattern string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", blame.Rigf("the unpacked toolchain has %d files %s, not one", len(found), pattern)
	}
	return filepath.Rel(dir, found[0])
}

// standIn writes the script for a program to the directory in.
func standIn(dir, in, name, path, options string) error {
	if err := os.MkdirAll(filepath.Join(dir, in), 0o700); err != nil {
		return err
	}
	return script(filepath.Join(dir, in, name), fmt.Sprintf(
		"root=${0%%/*}/..\nexec \"$root/%s\" --argv0 \"$root/%[2]s\" \"$root/%[2]s\"%[3]s \"$@\"\n", loader, path, options))
}

func script(path, text string) error {
	return os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700)
}

// hidden is the directory into which Wrap moves a program, beside its script.
const hidden = ".elf"

// Wrap makes the programs below dir run with the libraries of the toolchain that
// [Environ] names. Each keeps its name as argv[0], from which Debian's modpost
// and objtool derive the name of the program that they start.
func Wrap(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == hidden {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		if is, err := isProgram(path); err != nil || !is {
			return err
		}
		return wrap(path)
	})
}

func wrap(path string) error {
	dir := filepath.Join(filepath.Dir(path), hidden)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(dir, filepath.Base(path))); err != nil {
		return err
	}
	return script(path, `exec "${`+loaderVariable+`:?}" --argv0 "$0" "${0%/*}/`+hidden+`/${0##*/}" "$@"`+"\n")
}

// isProgram reports whether a file is an executable ELF file.
func isProgram(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&0o100 == 0 {
		return false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	magic := make([]byte, len(elf.ELFMAG))
	_, err = io.ReadFull(f, magic)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return false, nil
	}
	return bytes.Equal(magic, []byte(elf.ELFMAG)), err
}
