// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
)

// fullOutput is standard output on a full disk.
type fullOutput struct{}

func (fullOutput) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestCellTable: a table that cannot be printed takes no FAIL away.
func TestCellTable(t *testing.T) {
	for status, want := range map[int]int{exit.Passed: exit.Error, exit.Nothing: exit.Error, exit.Failed: exit.Failed} {
		table := cellTable{status: status}
		if got := exitStatus(table.write(&strings.Builder{})); got != status {
			t.Errorf("%d becomes %d", status, got)
		}
		if err := table.write(fullOutput{}); exitStatus(err) != want || beside(err) == nil {
			t.Errorf("%d on a full disk: %v, want %d", status, err, want)
		}
	}
}

// TestCellTableIdle: a matrix that runs nothing says so, and of when its results are.
func TestCellTableIdle(t *testing.T) {
	const line = "nothing was left to run: 2 results of 2001-09-09\n"
	for _, test := range []struct{ first, second, idle bool }{{true, true, true}, {true, false, false}, {false, false, false}} {
		dir, out, table := t.TempDir(), strings.Builder{}, cellTable{status: exit.Nothing}
		for i, there := range []bool{test.first, test.second} {
			c, d := ranCell(t, dir, "x", judge.Pass)
			c.there, d.Started = there, d.Started.AddDate(0, 0, i)
			table.add(c, d)
		}
		if err := table.write(&out); err != nil || strings.HasSuffix(out.String(), line) != test.idle || strings.Contains(out.String(), "nothing") != test.idle {
			t.Errorf("%+v: %v, %s", test, err, out.String())
		}
	}
}
