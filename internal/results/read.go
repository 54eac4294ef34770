// SPDX-License-Identifier: Apache-2.0

package results

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
)

// ErrNone is in the error chain for a directory without results.
var ErrNone = errors.New("no results")

// Nothing reports whether an error means that nothing was written yet, as by a run
// that was killed at once.
func Nothing(err error) bool { return errors.Is(err, ErrNone) || errors.Is(err, report.ErrNone) }

// Read reads the runs of each path: a results directory, a directory of such
// directories, or a report in JSON. All may be untrusted.
func Read(paths []string) ([]report.Document, error) { return reader{report.Read}.all(paths) }

// ReadBrief is [Read] without the observations, which is much faster.
func ReadBrief(paths []string) ([]report.Document, error) {
	return reader{report.ReadBrief}.all(paths)
}

// In reports whether a directory has results.
func In(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, resultsFile))
	return err == nil && info.Mode().IsRegular()
}

type reader struct {
	read func(io.Reader) ([]report.Document, error)
}

func (r reader) all(paths []string) (docs []report.Document, err error) {
	for _, p := range paths {
		more, err := r.path(p)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	return docs, nil
}

func (r reader) path(name string) ([]report.Document, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, blame.Unreadable(name, err)
	case info.IsDir():
		return r.dir(name)
	case !info.Mode().IsRegular():
		return nil, blame.Unreadable(name, errors.New("not a regular file"))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, blame.Unreadable(name, err)
	}
	defer f.Close()
	return r.file(name, f)
}

func (r reader) file(name string, f fs.File) ([]report.Document, error) {
	docs, err := r.read(f)
	if err != nil {
		err = &blame.Error{Party: blame.User, Summary: name, Err: err}
	}
	return docs, err
}

// dir reads a results directory, or those directly below it.
func (r reader) dir(name string) (docs []report.Document, err error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, blame.Unreadable(name, err)
	}
	files := root.FS() // stays open for the documents' logs
	docs, err = r.from(files, name)
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
		more, err := r.from(sub, path.Join(name, e.Name()))
		if Nothing(err) { // the others may have results
			err = blame.Userf("%v", err)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		docs = append(docs, more...)
	}
	if len(docs) == 0 {
		return nil, blame.AdviseUserf("klptest run --out "+name+" writes some", "%s has %w", name, ErrNone)
	}
	return docs, nil
}

// from reads results.json, and gives each outcome access to the logs beside it.
func (r reader) from(files fs.FS, name string) ([]report.Document, error) {
	info, err := fs.Stat(files, resultsFile)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return nil, blame.Unreadable(path.Join(name, resultsFile), err)
	}
	if info.Size() == 0 {
		return nil, blame.Userf("%s is empty: %w", path.Join(name, resultsFile), ErrNone)
	}
	f, err := files.Open(resultsFile)
	if err != nil {
		return nil, blame.Unreadable(path.Join(name, resultsFile), err)
	}
	defer f.Close()
	docs, err := r.file(path.Join(name, resultsFile), f)
	for _, d := range docs {
		for i := range d.Outcomes {
			d.Outcomes[i].Files = files
		}
	}
	return docs, err
}
