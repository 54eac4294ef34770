// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"path"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
)

// Place is a line of the kernel's source, or a branch of one.
type Place struct {
	File   string // "kernel/livepatch/core.c"
	Line   int
	Branch int // from 1; 0: the line itself
}

func (p Place) String() string {
	text := fmt.Sprintf("%s:%d", path.Base(p.File), p.Line)
	if p.Branch > 0 {
		text += fmt.Sprintf(" branch %d", p.Branch)
	}
	return text
}

// placesOf returns the places that were run, in the order of the source.
func placesOf(files []gcov.File) (list []Place) {
	for _, f := range files {
		for _, l := range f.Lines {
			if l.Count > 0 {
				list = append(list, Place{f.Name, l.Number, 0})
			}
			for i, taken := range l.Branches {
				if taken > 0 {
					list = append(list, Place{f.Name, l.Number, i + 1})
				}
			}
		}
	}
	return list
}

// reach is the set of places that were run.
type reach map[Place]bool

// add adds places, and returns those that are new.
func (r reach) add(list []Place) (fresh []Place) {
	for _, p := range list {
		if !r[p] {
			r[p] = true
			fresh = append(fresh, p)
		}
	}
	return fresh
}

// Find is a sequence that reaches something new.
type Find struct {
	Places []Place // in the order of the source
	file   []byte
}

// Name returns the name of the sequence as a case.
func (f Find) Name() string { return fmt.Sprintf("reach-%08x", crc32.ChecksumIEEE(f.file)) }

// File returns the sequence as a case whose title says what it reaches.
func (f Find) File() []byte {
	_, rest, _ := bytes.Cut(f.file, []byte("\n"))
	return append([]byte("A made-up sequence that reaches "+f.What()+".\n"), rest...)
}

// mostTold is how many places a text about a sequence names.
const mostTold = 4

// What names the places.
func (f Find) What() string {
	var told []string
	for _, p := range f.Places[:min(len(f.Places), mostTold)] {
		told = append(told, p.String())
	}
	text := strings.Join(told, ", ")
	if more := len(f.Places) - len(told); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// learn notes what a sequence has run of the kernel. A sequence that reaches something
// new is kept for later changes.
func (x *explorer) learn(ctx context.Context, q sequence, res judge.Result) error {
	if x.Ran == nil {
		return nil
	}
	files, err := x.Ran(ctx, res)
	if err != nil || files == nil {
		return err
	}
	total := gcov.TotalOf(files)
	if err := x.comparable(total); err != nil {
		return err
	}
	fresh := x.reached.add(placesOf(files))
	total.LinesRun, total.BranchesRun = x.reached.count()
	x.report.Reached = total
	if len(fresh) == 0 {
		return nil
	}
	x.corpus = append(x.corpus, changing(q.ops))
	fresh = slices.DeleteFunc(fresh, func(p Place) bool { return x.before[p] })
	if len(fresh) > 0 {
		x.report.Finds = append(x.report.Finds, Find{fresh, q.file})
	}
	return nil
}

// comparable refuses a kernel of another source than the kernel of x.Before. The first
// sequence shows it.
func (x *explorer) comparable(total gcov.Total) error {
	if x.Before == nil || x.report.Reached.Lines > 0 {
		return nil
	}
	b := gcov.TotalOf(x.Before)
	if b.Lines == total.Lines && b.Branches == total.Branches {
		return nil
	}
	return blame.AdviseUserf("run the cases with --gcov on this kernel", "what the cases have run was counted on a kernel of another source: it has %d lines and %d branches, this one %d and %d", b.Lines, b.Branches, total.Lines, total.Branches)
}

// count counts lines and branches.
func (r reach) count() (lines, branches int) {
	for p := range r {
		if p.Branch > 0 {
			branches++
		} else {
			lines++
		}
	}
	return lines, branches
}
