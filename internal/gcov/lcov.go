// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"bufio"
	"fmt"
	"io"
)

// WriteLcov writes a tracefile of lcov (geninfo(1), FILES), which genhtml, editors
// and CI servers read. Paths are relative to the top of the kernel's source.
func WriteLcov(w io.Writer, test string, files []File) error {
	b := bufio.NewWriter(w)
	for _, f := range files {
		if !fileName.MatchString(f.Name) {
			continue // a stranger's
		}
		t := f.Total()
		fmt.Fprintf(b, "TN:%s\nSF:%s\n", test, f.Name)
		for _, l := range f.Lines {
			for i, taken := range l.Branches {
				fmt.Fprintf(b, "BRDA:%d,0,%d,%s\n", l.Number, i, lcovTaken(l, taken))
			}
		}
		fmt.Fprintf(b, "BRF:%d\nBRH:%d\n", t.Branches, t.BranchesRun)
		for _, l := range f.Lines {
			fmt.Fprintf(b, "DA:%d,%d\n", l.Number, l.Count)
		}
		fmt.Fprintf(b, "LF:%d\nLH:%d\nend_of_record\n", t.Lines, t.LinesRun)
	}
	return b.Flush()
}

// lcovTaken returns "-" for a branch that was never reached.
func lcovTaken(l Line, taken uint64) string {
	if l.Count == 0 {
		return "-"
	}
	return fmt.Sprint(taken)
}
