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

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/git"
)

// outcomes maps letters to results of a case: it passes, was skipped, is an ERROR,
// fails (unconfirmed), always fails, sometimes fails, or could not be confirmed,
// for lack of time or because the further runs were unclear.
var outcomes = map[rune]judge.Result{
	'P': {Verdict: judge.Pass},
	'S': {Verdict: judge.Skip},
	'E': {Verdict: judge.Error},
	'F': {Verdict: judge.Fail},
	'A': {Verdict: judge.Fail, Confirmation: judge.Confirmation{Failed: 3, Runs: 3}},
	'a': {Verdict: judge.Fail, Confirmation: judge.Confirmation{Failed: 2, Runs: 2, Unjudged: []string{"x"}}},
	'N': {Verdict: judge.Fail, Confirmation: judge.Confirmation{Failed: 2, Runs: 3}},
	'T': {Verdict: judge.Fail, Confirmation: judge.Confirmation{Failed: 1, Runs: 1, Skipped: true}},
	'U': {Verdict: judge.Fail, Confirmation: judge.Confirmation{Failed: 1, Runs: 1, Unjudged: []string{"x", "y"}}},
	'R': {Verdict: judge.Fail, Reported: judge.AsReported},
	'O': {Verdict: judge.Fail, Reported: judge.NotAsReported, Confirmation: judge.Confirmation{Failed: 3, Runs: 3}},
	'u': {Verdict: judge.Fail, Confirmation: judge.Confirmation{Failed: 3, Runs: 3, Unjudged: []string{"x", "y"}}},
}

// runs plays a sequence of runs: each is a word with one letter for each case.
func runs(words string) func(context.Context) ([]judge.Result, error) {
	left := strings.Fields(words)
	return func(context.Context) (results []judge.Result, err error) {
		if len(left) == 0 {
			return nil, errors.New("one run too many")
		}
		for i, letter := range left[0] {
			r := outcomes[letter]
			r.Name = fmt.Sprint("c", i)
			results = append(results, r)
		}
		left = left[1:]
		return results, nil
	}
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		runs string
		want Judgement
	}{
		{"PP", Judgement{Good, "PASS"}},
		{"PS", Judgement{Good, "PASS"}},
		{"PF", Judgement{Bad, "FAIL c1"}},
		{"PA", Judgement{Bad, "FAIL c1 (3 of 3)"}},
		{"Pa", Judgement{Bad, "FAIL c1 (2 of 2, and one run could not be judged)"}},
		{"AA", Judgement{Bad, "FAIL c0 (3 of 3), c1 (3 of 3)"}},
		{"EA", Judgement{Bad, "FAIL c1 (3 of 3)"}},
		{"AAAT", Judgement{Bad, "FAIL c0 (3 of 3), c1 (3 of 3), c2 (3 of 3)"}},
		{"PN", Judgement{Skip, "runs differ: c1 (2 of 3: not deterministic)"}},
		{"AN", Judgement{Skip, "runs differ: c1 (2 of 3: not deterministic)"}},
		{"EN", Judgement{Skip, "runs differ: c1 (2 of 3: not deterministic)"}},
		{"PU PU", Judgement{Skip, "not confirmed: FAIL c1 (1 of 1, and 2 runs could not be judged)"}},
		{"PU PA", Judgement{Bad, "FAIL c1 (3 of 3)"}},
		{"Pu PN", Judgement{Skip, "runs differ: c1 (2 of 3: not deterministic)"}},
		{"PT PT", Judgement{Skip, "not confirmed: FAIL c1 (1 of 1, not confirmed, to save time)"}},
		{"PE PE", Judgement{Skip, "ERROR c1"}},
		{"PE PP", Judgement{Good, "PASS"}},
		{"PE PA", Judgement{Bad, "FAIL c1 (3 of 3)"}},
		{"SS SS", Judgement{Skip, "no case was run"}},
		{"PR", Judgement{Bad, "FAIL c1"}},
		{"PO", Judgement{Skip, "not the reported symptom: FAIL c1 (3 of 3)"}},
		{"RO", Judgement{Bad, "FAIL c0"}},
	} {
		got, err := Judge(t.Context(), runs(test.runs))
		if err != nil || got != test.want {
			t.Errorf("%s: %v, %v; want %v", test.runs, got, err, test.want)
		}
	}
}

// TestJudgeNamesTheFile: of two files of one name, it is clear which fails.
func TestJudgeNamesTheFile(t *testing.T) {
	got, _ := sum([]judge.Result{{Name: "x", File: "a/x.txtar", Verdict: judge.Pass}, {Name: "x", File: "b/x.txtar", Verdict: judge.Fail}})
	if want := (Judgement{Bad, "FAIL b/x.txtar"}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestJudgeStopsAtAnError(t *testing.T) {
	if _, err := Judge(t.Context(), runs("")); err == nil {
		t.Error("no error")
	}
}

func TestExit(t *testing.T) {
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
		mustGit(t, user, "commit", "-qm", fmt.Sprintf("n: %d of %d", i+1, n))
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

// script returns a step: a shell script that finds the number in $n.
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
	q := Question{shas[0], shas[11], script(fmt.Sprintf(`echo x >>%s; test $n != 9 || test -e %s || exit 255; test $n -lt 8`, count, mended))}
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

// TestResumedInAUsedTree: since the search has stopped, the work tree was used for another
// commit, which is not among those that are searched.
func TestResumedInAUsedTree(t *testing.T) {
	w, shas := history(t, 12)
	stop := filepath.Join(t.TempDir(), "stop")
	if err := os.WriteFile(stop, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	q := Question{shas[0], shas[11], script(fmt.Sprintf(`test $n = 1 || test $n = 12 || test ! -e %s || exit 255; test $n -lt 8`, stop))}
	if _, _, err := search(t, w, q); err == nil || !strings.Contains(err.Error(), "has stopped") {
		t.Fatalf("error is %v", err)
	}
	other := mustGit(t, w, "commit-tree", "-p", shas[2], "-m", "other", shas[9]+"^{tree}")
	if err := errors.Join(os.Remove(stop), w.Checkout(t.Context(), other)); err != nil {
		t.Fatal(err)
	}
	a, resumed, err := search(t, w, q)
	if err != nil || a.First != shas[7] || !resumed {
		t.Errorf("answer %+v, resumed %v, error %v; want %s", a, resumed, err, shas[7])
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

// TestTheOlderSearchIsGone: the repository was recreated in the same place, and
// lacks the commits of an unfinished search.
func TestTheOlderSearchIsGone(t *testing.T) {
	w, shas := history(t, 12)
	if _, _, err := search(t, w, Question{shas[0], shas[11], script("exit 255")}); err == nil {
		t.Fatal("no error")
	}
	other, shas := history(t, 5)
	const alternates = ".git/objects/info/alternates"
	data, err := os.ReadFile(filepath.Join(other.Dir, alternates))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.Dir, alternates), data, 0o600); err != nil {
		t.Fatal(err)
	}
	a, resumed, err := search(t, w, Question{shas[0], shas[4], script("test $n -lt 4")})
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
