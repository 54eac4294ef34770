// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"strings"
	"testing"

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
