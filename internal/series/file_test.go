// SPDX-License-Identifier: Apache-2.0

package series

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

// readThe reads files, of which "-" is the input; it returns the subjects and what is told.
func readThe(t *testing.T, input string, files ...string) (subjects, told []string, err error) {
	t.Helper()
	s := Source{Files: files, Stdin: strings.NewReader(input)}
	list, err := s.readFiles(t.Context(), t.TempDir(), func(line string) { told = append(told, line) })
	for _, p := range list {
		subjects = append(subjects, p.Subject)
	}
	return subjects, told, err
}

// TestFormatPatch: git format-patch --cover-letter writes a file without a patch.
func TestFormatPatch(t *testing.T) {
	dir := t.TempDir()
	cover, first, junk := filepath.Join(dir, "0000-cover-letter.patch"), filepath.Join(dir, "0001-a.patch"), filepath.Join(dir, "junk")
	filetest.Put(t, cover, mail("[PATCH 0/1] all", "Why.\n"))
	filetest.Put(t, first, mail("[PATCH 1/1] a", "---\n"+oneDiff))
	filetest.Put(t, junk, "junk\n")
	got, told, err := readThe(t, "", cover, first)
	if d := cmp.Diff([][]string{{"a"}, {"0000-cover-letter.patch has no patch, and is skipped"}}, [][]string{got, told}); d != "" || err != nil {
		t.Error(err, d)
	}
	for want, files := range map[string][]string{"0000-cover-letter.patch has no patch": {cover}, "junk has no patch": {first, junk}} {
		if _, told, err := readThe(t, "", files...); err == nil || err.Error() != want || blame.Of(err) != blame.User || told != nil {
			t.Errorf("%v: %v, %v", files, told, err)
		}
	}
}

func TestStandardInput(t *testing.T) {
	box := mail("[PATCH 2/2] b", "---\n"+oneDiff) + mail("[PATCH 1/2] a", "---\n"+oneDiff)
	got, _, err := readThe(t, box, StandardInput)
	if d := cmp.Diff([]string{"a", "b"}, got); d != "" || err != nil {
		t.Error(err, d)
	}
	if _, _, err := readThe(t, "junk", StandardInput); err == nil || err.Error() != "standard input has no patch" {
		t.Error(err)
	}
	endless := Source{Files: []string{StandardInput}, Stdin: zeros{}}
	if _, err := endless.readFiles(t.Context(), t.TempDir(), nil); err == nil || err.Error() != "standard input is larger than 64 MB" {
		t.Error(err)
	}
}

// zeros is input that does not end.
type zeros struct{}

var _ io.Reader = zeros{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
