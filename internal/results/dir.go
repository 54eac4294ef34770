// SPDX-License-Identifier: Apache-2.0

package results

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
)

const (
	resultsFile = "results.json"
	failedDir   = "failed"   // has the folders of tests that did not pass
	coverageDir = "coverage" // has the coverage of a kernel's source; that of a second run is in a folder "2"
)

// Dir is a results directory that is being written. A nil Dir keeps nothing.
type Dir struct {
	path string
	root *os.Root
	file *os.File // results.json; its lock keeps other runs out
	runs *report.Runs
	docs []report.Document
	next int // number of runs so far
	used folders
	lost error // why something could not be written: the first reason

	copied []fs.FileInfo // consoles copied from reports
}

// Create makes a results directory with access for its owner only. It replaces the
// results of an earlier run, and reports that to tell. It refuses a directory that
// has other content and no results.
func Create(path string, tell func(string)) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, blame.Unwritable(path, err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, blame.Unwritable(path, err)
	}
	d := &Dir{path: path, root: root, used: folders{}}
	if err := d.begin(tell); err != nil {
		return nil, blame.Join(err, d.release())
	}
	return d, nil
}

func (d *Dir) begin(tell func(string)) error {
	list, err := fs.ReadDir(d.root.FS(), ".")
	if err != nil {
		return blame.Unwritable(d.path, err)
	}
	if len(list) > 0 && !slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == resultsFile && e.Type().IsRegular() }) {
		return foreign(d.path, list[0].Name())
	}
	if d.file, err = d.root.OpenFile(resultsFile, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return blame.Unwritable(d.path, err)
	}
	if err := unix.Flock(int(d.file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return blame.AdviseUserf("name another directory, or wait until that run is over", "another run writes its results to %s", d.path)
	}
	if !oursOrEmpty(d.file) {
		return foreign(d.path, resultsFile)
	}
	if len(list) > 0 {
		tell("replacing the results of an earlier run in " + d.path)
	}
	if err := d.clear(); err != nil {
		return blame.Unwritable(d.path, err)
	}
	d.runs, err = report.NewRuns(d.file)
	return err
}

// foreign is the error for a directory that has other content.
func foreign(path, name string) error {
	return blame.AdviseUserf("name a new directory, an empty one, or one that has results", "%s has something else than results: %s", path, name)
}

// oursOrEmpty reports whether klptest wrote the results file, or the file is new.
func oursOrEmpty(f *os.File) bool {
	head := make([]byte, 100)
	n, err := f.ReadAt(head, 0)
	return n == 0 && err == io.EOF || bytes.Contains(head[:n], []byte(`"urn:klptest:`))
}

// clear removes only what an earlier run wrote.
func (d *Dir) clear() error {
	for _, name := range append(report.FileNames(), failedDir, coverageDir) {
		if err := d.root.RemoveAll(name); err != nil {
			return err
		}
	}
	if err := d.file.Chmod(0o600); err != nil {
		return err
	}
	return d.file.Truncate(0)
}

// Add writes a run that is over, or that could not begin.
func (d *Dir) Add(doc report.Document) error { return doc.Play(d.Next()) }

// wrote returns err, the outcome of a write, which Close must know.
func (d *Dir) wrote(err error) error {
	if d.lost == nil {
		d.lost = err
	}
	return err
}

// Close completes results.json and writes the other formats. Without an error, the
// directory has all that was reported: an earlier failure to write is an error here too.
func (d *Dir) Close() error {
	if d == nil {
		return nil
	}
	err := blame.Join(d.lost, d.runs.Close())
	for _, f := range report.Formats {
		if f.File != "" {
			err = blame.Join(err, d.render(f))
		}
	}
	return blame.Join(err, d.release())
}

func (d *Dir) render(f report.Format) error {
	file, err := d.root.OpenFile(f.File, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return blame.Join(f.Write(file, d.docs), file.Close())
}

func (d *Dir) release() error {
	var err error
	if d.file != nil {
		err = d.file.Close()
	}
	return blame.Join(err, d.root.Close())
}
