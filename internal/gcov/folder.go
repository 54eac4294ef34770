// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"io"
	"os"
	"path"
	"regexp"

	"github.com/klptest/klptest/internal/blame"
)

// LcovFile is the name of the tracefile in a folder that WriteFolder has written.
const LcovFile = "coverage.info"

// fileName matches the name of a kernel's source file.
var fileName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$`)

// WriteFolder writes the tracefile and the listing of each file, as NAME.txt, into a
// folder that it makes below root. The files may come from a stranger: those with
// odd names get no listing.
func WriteFolder(root *os.Root, folder, test string, files []File) error {
	err := writeFile(root, path.Join(folder, LcovFile), func(w io.Writer) error { return WriteLcov(w, test, files) })
	for _, f := range files {
		if err == nil && fileName.MatchString(f.Name) {
			err = writeFile(root, path.Join(folder, f.Name+".txt"), f.WriteListing)
		}
	}
	return err
}

func writeFile(root *os.Root, name string, write func(io.Writer) error) error {
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return blame.Join(write(f), f.Close())
}
