// SPDX-License-Identifier: Apache-2.0

package results

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
)

// Read reads the runs of each path: a results directory, a directory of such
// directories, or a report in JSON. All may be a stranger's.
func Read(paths []string) (docs []report.Document, err error) {
	for _, p := range paths {
		more, err := readPath(p)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	return docs, nil
}

func readPath(name string) ([]report.Document, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, blame.Unreadable(name, err)
	case info.IsDir():
		return readDir(name)
	case !info.Mode().IsRegular():
		return nil, blame.Unreadable(name, errors.New("not a regular file"))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, blame.Unreadable(name, err)
	}
	defer f.Close()
	return read(name, f)
}

func read(name string, f fs.File) ([]report.Document, error) {
	docs, err := report.Read(f)
	if err != nil {
		err = &blame.Error{Party: blame.User, Summary: name, Err: err}
	}
	return docs, err
}

// readDir reads a results directory, or those right below.
func readDir(name string) (docs []report.Document, err error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, blame.Unreadable(name, err)
	}
	files := root.FS() // stays open for the logs of the documents
	docs, err = readFrom(files, name)
	if !errors.Is(err, fs.ErrNotExist) {
		return docs, err
	}
	list, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, blame.Unreadable(name, err)
	}
	for _, e := range list {
		sub, err := fs.Sub(files, e.Name())
		if err != nil || !e.IsDir() {
			continue
		}
		more, err := readFrom(sub, path.Join(name, e.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		docs = append(docs, more...)
	}
	if len(docs) == 0 {
		return nil, blame.AdviseUserf("klptest run --out "+name+" writes some", "%s has no results", name)
	}
	return docs, nil
}

// readFrom reads results.json, and lets each outcome know of the logs beside it.
func readFrom(files fs.FS, name string) ([]report.Document, error) {
	info, err := fs.Stat(files, resultsFile)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return nil, blame.Unreadable(path.Join(name, resultsFile), err)
	}
	f, err := files.Open(resultsFile)
	if err != nil {
		return nil, blame.Unreadable(path.Join(name, resultsFile), err)
	}
	defer f.Close()
	docs, err := read(path.Join(name, resultsFile), f)
	for _, d := range docs {
		for i := range d.Outcomes {
			d.Outcomes[i].Files = files
		}
	}
	return docs, err
}
