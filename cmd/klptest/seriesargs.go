// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/series"
)

// seriesArgs are the arguments by kind.
type seriesArgs struct{ patches, ranges, cases []string }

// sortArgs tells patches, ranges and cases apart: cases have no file extension, or
// .txtar, and ranges have two dots.
func sortArgs(args []string) (s seriesArgs) {
	for _, arg := range args {
		info, err := os.Stat(arg)
		inside := patchesIn(arg)
		switch {
		case arg == series.StandardInput:
			s.patches = append(s.patches, arg)
		case err == nil && info.Mode().IsRegular() && !isCaseFile(arg):
			s.patches = append(s.patches, arg)
		case len(inside) > 0:
			s.patches = append(s.patches, inside...)
		case err != nil && !cases.IsFile(arg) && strings.Contains(arg, ".."):
			s.ranges = append(s.ranges, arg)
		case strings.HasSuffix(arg, ".patch") || strings.HasSuffix(arg, ".mbox") || strings.HasSuffix(arg, ".diff"):
			s.patches = append(s.patches, arg) // a file that does not exist
		case err != nil && strings.Contains(arg, "..") && !isCaseFile(arg):
			s.ranges = append(s.ranges, arg) // its branches have a slash in their names
		default:
			s.cases = append(s.cases, arg)
		}
	}
	return s
}

func isCaseFile(name string) bool { return strings.HasSuffix(name, ".txtar") }

// patchesIn returns the patches in a directory in the order of their names, as git
// format-patch numbers them. A directory with a case is one of cases.
func patchesIn(dir string) (list []string) {
	entries, _ := os.ReadDir(dir) // whoever reads the cases there tells an error
	for _, e := range entries {
		switch {
		case isCaseFile(e.Name()):
			return nil
		case strings.HasSuffix(e.Name(), ".patch"):
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}
