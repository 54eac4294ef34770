// SPDX-License-Identifier: Apache-2.0

package touched

import (
	"bytes"
	"io"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
)

// place is a line of a file, on one side of a patch.
type place struct {
	number  int
	text    string
	changed bool
}

// hunk is one side of a part of a patch.
type hunk []place

// maxPatch is larger, in bytes, than any series for the livepatch core.
const maxPatch = 4 << 20

// parse reads one or several patches from git or diff -u, with or without a mail around
// them.
func parse(patch io.Reader) ([]*gitdiff.File, error) {
	text, err := bounded.ReadAll(patch, maxPatch)
	if err != nil {
		return nil, blame.Userf("the patch: %w", err)
	}
	files, _, err := gitdiff.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, blame.AdviseUserf("give it as git diff, git format-patch or diff -u write it", "the patch cannot be read: %w", err)
	}
	if len(files) == 0 {
		return nil, blame.AdviseUserf("give it as git diff, git format-patch or diff -u write it", "there is no patch in it")
	}
	return files, nil
}

// hunksOf returns one side of a file's hunks. That side has the lines with the
// operation own besides the context.
func hunksOf(f *gitdiff.File, own gitdiff.LineOp) (list []hunk) {
	for _, t := range f.TextFragments {
		number := t.NewPosition
		if own == gitdiff.OpDelete {
			number = t.OldPosition
		}
		list = append(list, hunkOf(t.Lines, own, int(number)))
	}
	return list
}

// hunkOf marks the lines that the patch changes. If it only adds or only removes lines,
// the other side has none; there the neighbours are marked.
func hunkOf(lines []gitdiff.Line, own gitdiff.LineOp, number int) (h hunk) {
	for i := 0; i < len(lines); {
		group := 1
		if lines[i].Op != gitdiff.OpContext {
			for i+group < len(lines) && lines[i+group].Op != gitdiff.OpContext {
				group++
			}
		}
		before := len(h)
		for _, l := range lines[i : i+group] {
			if l.Op == gitdiff.OpContext || l.Op == own {
				h = append(h, place{number + len(h), strings.TrimRight(l.Line, "\r\n"), l.Op == own})
			}
		}
		if len(h) == before { // all lines are on the other side
			h.mark(before - 1)
			if i+group < len(lines) {
				h = append(h, place{number + len(h), strings.TrimRight(lines[i+group].Line, "\r\n"), true})
				group++
			}
		}
		i += group
	}
	return h
}

func (h hunk) mark(i int) {
	if i >= 0 {
		h[i].changed = true
	}
}
