// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"

	"github.com/klptest/klptest/internal/blame"
)

// Note is a step's finding about a commit.
type Note struct {
	Commit  string
	Subject string
	Judgement
}

// Write appends the note to a file.
func (n Note) Write(path string) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	return blame.Join(err, f.Close())
}

// readNotes reads a file of notes; it ignores a line that was cut short.
func readNotes(path string) (notes []Note, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var n Note
		if json.Unmarshal(lines.Bytes(), &n) == nil && n.Commit != "" {
			notes = append(notes, n)
		}
	}
	return notes, lines.Err()
}

// Of returns the last note about a commit.
func (a *Answer) Of(commit string) (found Note) {
	for _, n := range a.Notes {
		if n.Commit == commit {
			found = n
		}
	}
	return found
}

// Skipped returns the notes on commits that could not be judged.
func (a *Answer) Skipped() (list []Note) {
	for _, n := range a.Notes {
		if n.Mark == Skip {
			list = append(list, n)
		}
	}
	return list
}
