// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

// sourcesFile lists the source's files as they were when make last ran in the build
// directory. It is written before make runs, and its time is when make ended: what make
// leaves when it fails is of those files, too.
const sourcesFile = ".klptest.sources"

// maxRenewed is how many files are copied at most. A view with more real files costs more
// time than a build.
const maxRenewed = 1000

// current returns the state to build. If there is something to build, it makes sure that
// make finds what has changed.
func (w *Workshop) current() (state, error) {
	dir := w.view.build()
	now, source, err := w.view.survey()
	if err != nil || stamped(dir, configured, now.options) && stamped(dir, built, now.all) {
		return now, err
	}
	climbed, err := w.view.climb()
	if err != nil {
		return now, err
	}
	renewed, err := w.renew(source)
	if err == nil {
		err = saveSources(dir, source)
	}
	if err != nil || !renewed && !climbed {
		return now, err
	}
	now, _, err = w.view.survey()
	return now, err
}

// renew copies the files that make would take for unchanged, which gives them a new time.
// If there are too many, it removes what was built from their predecessors.
func (w *Workshop) renew(source []file) (renewed bool, err error) {
	dir := w.view.build()
	list, err := older(dir, source)
	if err != nil || len(list) == 0 {
		return false, err
	}
	if len(list) > maxRenewed {
		w.tell(fmt.Sprintf("%d files of %s are older than what was built from others: building all of it again", len(list), w.view.source))
		return true, blame.Join(discard(dir), os.MkdirAll(dir, 0o700))
	}
	return true, w.Own(list...)
}

// older returns the files that are not those of make's last run, although their times are
// not after it: an older file was moved or copied there. make would keep what it has built
// from their predecessors.
func older(build string, source []file) (list []string, err error) {
	path := filepath.Join(build, sourcesFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	known := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		known[line] = true
	}
	for _, f := range source {
		if f.mode.IsRegular() && !f.time.After(info.ModTime()) && !known[string(f.line())] {
			list = append(list, f.path)
		}
	}
	return list, err
}

// saveSources writes the list. The previous one stays until the new one is whole.
func saveSources(build string, source []file) error {
	var text bytes.Buffer
	for _, f := range source {
		text.Write(f.line())
	}
	path := filepath.Join(build, sourcesFile)
	if err := os.WriteFile(path+".new", text.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// markSources gives the list the time at which make ended.
func markSources(build string) error {
	now := time.Now()
	err := os.Chtimes(filepath.Join(build, sourcesFile), now, now)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
