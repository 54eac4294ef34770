// SPDX-License-Identifier: Apache-2.0

package resume

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
)

// Attempts are the attempts at one run, each with its results directory.
type Attempts struct {
	dir, name string
	numbers   []int           // of the existing attempts
	Document  report.Document // their merged results; zero value: none
	Damaged   []string        // directories that cannot be read
}

// between separates a run's name and the number of an attempt.
const between = "~"

// Find finds the attempts at a run in a directory. Results of another run
// there are a user error.
func Find(dir, name, run, label string) (*Attempts, error) {
	a := &Attempts{dir: dir, name: name}
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, blame.Unreadable(dir, err)
	}
	for _, e := range list {
		if n, ok := a.number(e.Name()); ok {
			a.numbers = append(a.numbers, n)
		}
	}
	slices.Sort(a.numbers)
	return a, a.read(run, label)
}

// number returns the number of an attempt from the name of its directory.
func (a *Attempts) number(file string) (int, bool) {
	rest, ok := strings.CutPrefix(file, a.name)
	if rest == "" {
		return 1, ok
	}
	n, err := strconv.Atoi(strings.TrimPrefix(rest, between))
	return n, ok && err == nil && n > 1 && rest == between+strconv.Itoa(n)
}

func (a *Attempts) path(n int) string {
	if n == 1 {
		return filepath.Join(a.dir, a.name)
	}
	return filepath.Join(a.dir, a.name+between+strconv.Itoa(n))
}

// Next returns the directory for the next attempt.
func (a *Attempts) Next() string {
	if len(a.numbers) == 0 {
		return a.path(1)
	}
	return a.path(a.numbers[len(a.numbers)-1] + 1)
}

// read merges the results of the attempts. An attempt that was killed at once may have
// none.
func (a *Attempts) read(run, label string) error {
	var docs []report.Document
	for _, n := range a.numbers {
		more, err := results.Read([]string{a.path(n)})
		if err != nil && !results.Nothing(err) { // as after a power loss
			a.Damaged = append(a.Damaged, a.path(n))
		}
		docs = append(docs, more...)
	}
	for _, d := range docs {
		if d.Run != run || d.Label != label {
			return blame.AdviseUserf("name another directory, or remove it", "%s has results of another run", a.dir)
		}
	}
	if merged := results.Merge(ofLastKernel(docs)); len(merged) > 0 {
		a.Document = slices.MaxFunc(merged, later)
	}
	return nil
}

// later orders documents by when their runs began, after those without results.
func later(x, y report.Document) int {
	return cmp.Or(cmp.Compare(min(1, len(x.Outcomes)), min(1, len(y.Outcomes))), x.Started.Compare(y.Started))
}

// ofLastKernel drops the results of a kernel if another was tested later. Merging tells
// kernels apart by their names only.
func ofLastKernel(docs []report.Document) []report.Document {
	if len(docs) == 0 {
		return nil
	}
	last := slices.MaxFunc(docs, later)
	return slices.DeleteFunc(docs, func(d report.Document) bool {
		return len(d.Outcomes) > 0 && !SameKernel(d.Provenance, last.Provenance)
	})
}

// Any reports whether there are results, be it of an attempt that was cut short.
func (a *Attempts) Any() bool { return a.Document.Run != "" }

// Settled reports whether one attempt has all results, so that there need be no next one.
func (a *Attempts) Settled() bool { return len(a.numbers) == 1 && a.Document.Whole() }

// Tidy removes the attempts before the one of Next, which must have all their results.
func (a *Attempts) Tidy() error {
	var errs []error
	for _, n := range a.numbers {
		if err := os.RemoveAll(a.path(n)); err != nil {
			errs = append(errs, fmt.Errorf("an old attempt stays: %w", err))
		}
	}
	return blame.Join(errs...)
}
