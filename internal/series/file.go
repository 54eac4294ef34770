// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
)

// StandardInput is the mailbox on standard input, among the files of a series.
const StandardInput = "-"

const maxPatches = 64 << 20

// readFiles reads patch files and mailboxes in the given order. git format-patch writes
// the cover letter to a file of its own: a file without a patch is skipped if it is a mail
// and another file has one. tell gets a line about each such file.
func (s *Source) readFiles(ctx context.Context, tmp string, tell func(string)) (all []Patch, err error) {
	var skipped []string
	for _, file := range s.Files {
		name, data, err := s.contents(file)
		if err != nil {
			return nil, err
		}
		some, err := split(ctx, tmp, name, data)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			skipped = append(skipped, name)
		}
		all = append(all, some...)
	}
	for _, name := range skipped {
		if len(all) == 0 {
			return nil, blame.Userf("%s has no patch", name)
		}
		tell(name + " has no patch, and is skipped")
	}
	return all, nil
}

// contents returns a file with its name in messages.
func (s *Source) contents(file string) (name string, data []byte, err error) {
	if file == StandardInput {
		name = "standard input"
		data, err = bounded.ReadAll(s.Stdin, maxPatches)
	} else {
		name = filepath.Base(file)
		data, err = readFile(file)
	}
	if errors.Is(err, bounded.ErrTooLong) {
		err = blame.Userf("%s is larger than 64 MB", name)
	}
	return name, data, err
}

func readFile(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, blame.Unreadable(file, err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxPatches {
		return nil, blame.Userf("%s is not a patch file, or is larger than 64 MB", file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		err = blame.Unreadable(file, err)
	}
	return data, err
}
