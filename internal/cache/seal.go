// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// ownPrefix begins the names of files that no seal covers: the seal
	// itself, and marks that come and go.
	ownPrefix = ".klptest."
	sealName  = ownPrefix + "sums"
)

// ErrUnsealed is the error of a directory without a seal.
var ErrUnsealed = errors.New("it has no checksums")

// Seal records each file below dir, so that [Check] finds damage. A
// subdirectory that already has its own seal is checked separately, when it is
// used; only its seal is part of this one.
func Seal(dir string) error {
	text, err := sums(dir)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, sealName), []byte(text), 0o600)
}

// Unseal makes [Check] fail with [ErrUnsealed], until the next Seal.
func Unseal(dir string) error {
	err := os.Remove(filepath.Join(dir, sealName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Check returns an error unless the files below dir are exactly those that
// [Seal] has seen. It reads them all, at some gigabytes a second when they are
// in memory. It finds damage, not malice.
func Check(dir string) error {
	want, err := os.ReadFile(filepath.Join(dir, sealName))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrUnsealed
	}
	if err != nil {
		return err
	}
	have, err := sums(dir)
	if err == nil && have != string(want) {
		err = fmt.Errorf("%s has changed", firstDifference(string(want), have))
	}
	return err
}

// sums returns a line for each file below dir, in order; the line ends with the
// file's name.
func sums(dir string) (string, error) {
	var b strings.Builder
	buf := make([]byte, 256<<10)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir || strings.HasPrefix(d.Name(), ownPrefix) {
			return err
		}
		name, line := path[len(dir)+1:], "directory"
		switch {
		case d.IsDir() && exists(filepath.Join(path, sealName)):
			if line, err = fileSum(filepath.Join(path, sealName), buf); err == nil {
				err = fs.SkipDir
			}
		case d.IsDir():
		case d.Type() == fs.ModeSymlink:
			var to string
			to, err = os.Readlink(path)
			line = fmt.Sprintf("link to %q", to)
		case d.Type().IsRegular():
			line, err = fileSum(path, buf)
		default:
			line = d.Type().String()
		}
		fmt.Fprintf(&b, "%s\t%q\n", line, name)
		return err
	})
	return b.String(), err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// fileSum returns a file's checksum and size.
func fileSum(path string, buf []byte) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum, size := uint32(0), 0
	for {
		n, err := f.Read(buf)
		sum, size = crc32.Update(sum, castagnoli, buf[:n]), size+n
		if errors.Is(err, io.EOF) {
			return fmt.Sprintf("%08x %d", sum, size), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// firstDifference returns the name in the first line that only one of the two
// texts has.
func firstDifference(a, b string) string {
	have := map[string]bool{}
	for line := range strings.Lines(b) {
		have[line] = true
	}
	for line := range strings.Lines(a) {
		if !have[line] {
			return nameIn(line)
		}
		delete(have, line)
	}
	for line := range strings.Lines(b) {
		if have[line] {
			return nameIn(line)
		}
	}
	return sealName
}

func nameIn(line string) string {
	_, quoted, _ := strings.Cut(strings.TrimSpace(line), "\t")
	name, err := strconv.Unquote(quoted)
	if err != nil {
		return sealName // the line itself is damaged
	}
	return name
}
