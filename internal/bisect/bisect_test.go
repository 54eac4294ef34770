// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/git"
)

// runs is a sequence of runs: each a word of letters, one for each case's
// verdict.
func runs(words string) func(context.Context) ([]cases.Result, error) {
	left := strings.Fields(words)
	verdicts := map[rune]cases.Verdict{'P': cases.Pass, 'F': cases.Fail, 'E': cases.Error, 'S': cases.Skip}
	return func(context.Context) (results []cases.Result, err error) {
		if len(left) == 0 {
			return nil, errors.New("one run too many")
		}
		for i, letter := range left[0] {
			results = append(results, cases.Result{Name: fmt.Sprint("c", i), Verdict: verdicts[letter]})
		}
		left = left[1:]
		return results, nil
	}
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		runs    string
		confirm int
		want    Judgement
	}{
		{"PP", 2, Judgement{Good, "PASS"}},
		{"PS", 2, Judgement{Good, "PASS"}},
		{"PF PF", 2, Judgement{Bad, "FAIL c1"}},
		{"PF", 1, Judgement{Bad, "FAIL c1"}},
		{"FF FF FF", 3, Judgement{Bad, "FAIL c0 c1"}},
		{"PF PP", 2, Judgement{Skip, "runs differ: FAIL c1; then PASS"}},
		{"PF FF", 2, Judgement{Skip, "runs differ: FAIL c1; then FAIL c0 c1"}},
		{"PE PE", 2, Judgement{Skip, "ERROR c1"}},
		{"PE PP", 2, Judgement{Good, "PASS"}},
		{"PE PF PF", 2, Judgement{Bad, "FAIL c1"}},
		{"PF PE PE", 2, Judgement{Skip, "ERROR c1"}},
		{"EF EF", 2, Judgement{Bad, "FAIL c1"}},
		{"SS SS", 2, Judgement{Skip, "no case was run"}},
	} {
		got, err := Judge(t.Context(), test.confirm, runs(test.runs))
		if err != nil || got != test.want {
			t.Errorf("%s: %v, %v; want %v", test.runs, got, err, test.want)
		}
	}
}

func TestJudgeStopsAtAnError(t *testing.T) {
	if _, err := Judge(t.Context(), 2, runs("")); err == nil {
		t.Error("no error")
	}
}

func TestExit(t *testing.T) {
	for status := range 256 {
		got := ExitOfRun(status)
		want, known := map[int]int{0: 0, 1: 1, 3: 125, 4: 125}[status]
		if !known {
			want = 255
		}
		if got != want {
			t.Errorf("%d becomes %d", status, got)
		}
	}
	for mark, want := range map[Mark]int{Good: 0, Bad: 1, Skip: 125} {
		if got := (Judgement{Mark: mark}).Exit(); got != want {
			t.Errorf("%s exits %d", mark, got)
		}
	}
}

// history makes a repository of commits 1 to n, each with its number in the
// file "n".
func history(t *testing.T, n int) (*git.Worktree, []string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	dir := t.TempDir()
	user := &git.Worktree{Dir: dir}
	mustGit(t, user, "init", "-q")
	var shas []string
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, "n"), fmt.Appendln(nil, i+1), 0o600); err != nil {
			t.Fatal(err)
		}
		mustGit(t, user, "add", "n")
		mustGit(t, user, "commit", "-qm", fmt.Sprint("n: ", i+1))
		shas = append(shas, mustGit(t, user, "rev-parse", "HEAD"))
	}
	r, err := git.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.Borrow(t.Context(), filepath.Join(t.TempDir(), "w"))
	if err != nil {
		t.Fatal(err)
	}
	return w, shas
}

func mustGit(t *testing.T, w *git.Worktree, args ...string) string {
	t.Helper()
	out, err := w.Git(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// script is a step: a shell script that sees the number in $n.
func script(text string) []string { return []string{"sh", "-c", "n=$(cat n); " + text} }

func search(t *testing.T, w *git.Worktree, q Question) (*Answer, bool, error) {
	t.Helper()
	s, resumed, err := Open(t.Context(), w, q)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a, err := s.Run(t.Context(), &out)
	if err != nil {
		t.Log(out.String())
	}
	return a, resumed, err
}

func TestFindsTheCommit(t *testing.T) {
	w, shas := history(t, 12)
	for range 2 { // the second search knows nothing of the first
		a, resumed, err := search(t, w, Question{shas[0], shas[11], script(`test $n -lt 8`)})
		if err != nil || a.First != shas[7] || resumed {
			t.Fatalf("answer %+v, resumed %v, error %v", a, resumed, err)
		}
	}
}

func TestSkipsWhatCannotBeJudged(t *testing.T) {
	w, shas := history(t, 12)
	a, _, err := search(t, w, Question{shas[0], shas[11], script(`test $n = 6 && exit 125; test $n -lt 8`)})
	if err != nil || a.First != shas[7] {
		t.Fatalf("answer %+v, error %v", a, err)
	}
	a, _, err = search(t, w, Question{shas[0], shas[11], script(`test $n = 7 && exit 125; test $n -lt 8`)})
	if err != nil || a.First != "" || len(a.Possible) != 2 {
		t.Fatalf("answer %+v, error %v", a, err)
	}
}

func TestIsTakenUpAgain(t *testing.T) {
	w, shas := history(t, 12)
	mended := filepath.Join(t.TempDir(), "mended")
	count := filepath.Join(t.TempDir(), "count")
	q := Question{shas[0], shas[11], script(fmt.Sprintf(`echo x >>%s; test $n = 6 || test -e %s || exit 255; test $n -lt 8`, count, mended))}
	if _, _, err := search(t, w, q); err == nil || !strings.Contains(err.Error(), "has stopped") {
		t.Fatalf("error is %v", err)
	}
	if err := os.WriteFile(mended, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(count)
	a, resumed, err := search(t, w, q)
	if err != nil || a.First != shas[7] || !resumed {
		t.Fatalf("answer %+v, resumed %v, error %v", a, resumed, err)
	}
	after, _ := os.ReadFile(count)
	if steps := (len(after) - len(before)) / 2; steps > 3 {
		t.Errorf("%d steps: what was known is asked again", steps)
	}
}

func TestAnotherQuestionStartsAfresh(t *testing.T) {
	w, shas := history(t, 12)
	if _, _, err := search(t, w, Question{shas[0], shas[11], script("exit 255")}); err == nil {
		t.Fatal("no error")
	}
	a, resumed, err := search(t, w, Question{shas[2], shas[11], script("test $n -lt 4")})
	if err != nil || resumed || a.First != shas[3] {
		t.Errorf("answer %+v, resumed %v, error %v", a, resumed, err)
	}
}

func TestNotes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes")
	want := []Note{{"a", "x: y", Judgement{Skip, "does not build"}}, {"b", "x: z", Judgement{Bad, "FAIL c"}}}
	for _, n := range want {
		if err := n.Write(path); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"Commit":"c","Sub`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	notes, err := readNotes(path)
	if err != nil || len(notes) != 2 || notes[0] != want[0] || notes[1] != want[1] {
		t.Errorf("notes %v, error %v", notes, err)
	}
	a := &Answer{Notes: notes}
	if got := a.Of("b"); got != want[1] {
		t.Errorf("of b: %v", got)
	}
	if got := a.Skipped(); len(got) != 1 || got[0] != want[0] {
		t.Errorf("skipped: %v", got)
	}
}
