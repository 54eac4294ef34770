// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

const oneDiff = `diff --git a/f b/f
--- a/f
+++ b/f
@@ -1 +1 @@
-one
+two
`

func mail(subject, body string) string {
	return "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nDate: Wed, 30 Oct 2019 16:43:08 +0100\nSubject: " +
		subject + "\n\nWhy.\n\n" + body + "\n"
}

func splitText(t *testing.T, data string) ([]Patch, error) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	return Split(t.Context(), t.TempDir(), "file.patch", []byte(data))
}

func TestSplit(t *testing.T) {
	for name, test := range map[string]struct {
		data string
		want []string
	}{
		"diff":         {oneDiff, []string{"file.patch"}},
		"diff -u":      {strings.TrimPrefix(oneDiff, "diff --git a/f b/f\n"), []string{"file.patch"}},
		"mail":         {mail("[PATCH] livepatch: x", "---\n"+oneDiff), []string{"livepatch: x"}},
		"mailbox":      {mail("[PATCH v2 1/2] a", "---\n"+oneDiff) + mail("[PATCH v2 2/2] b", "---\n"+oneDiff), []string{"a", "b"}},
		"out of order": {mail("[PATCH 2/2] b", "---\n"+oneDiff) + mail("[PATCH 1/2] a", "---\n"+oneDiff), []string{"a", "b"}},
		"unnumbered":   {mail("z", "---\n"+oneDiff) + mail("a", "---\n"+oneDiff), []string{"z", "a"}},
		"cover letter": {mail("[PATCH 0/1] all", "Nothing.") + mail("[PATCH 1/1] a", "---\n"+oneDiff), []string{"a"}},
	} {
		patches, err := splitText(t, test.data)
		var got []string
		for _, p := range patches {
			got = append(got, p.Subject)
			if !strings.Contains(string(p.Diff), "+two") {
				t.Errorf("%s: diff is %q", name, p.Diff)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestSplitWhatHasNoPatch(t *testing.T) {
	for _, data := range []string{"", "hello\n", mail("re: x", "thanks"), "\x00\x01"} {
		if p, err := splitText(t, data); err == nil {
			t.Errorf("%q gives %v", data, p)
		}
	}
}

// dir is a tree in which every file is writable.
type dir struct {
	path  string
	owned []string
}

func (d *dir) Dir() string { return d.path }

func (d *dir) Own(names ...string) error {
	d.owned = append(d.owned, names...)
	return nil
}

func newDir(t *testing.T) *dir {
	t.Helper()
	d := &dir{path: filepath.Join(t.TempDir(), "tree")}
	if err := os.Mkdir(d.path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.path, "f"), []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestApply(t *testing.T) {
	d := newDir(t)
	if err := (Patch{Diff: []byte(oneDiff)}).Apply(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(filepath.Join(d.path, "f")); string(data) != "two\n" {
		t.Errorf("f is %q", data)
	}
	if diff := cmp.Diff([]string{"f"}, d.owned); diff != "" {
		t.Error(diff)
	}
}

func TestApplyOwnsBothNamesOfARename(t *testing.T) {
	d := newDir(t)
	diff := "diff --git a/f b/g\nsimilarity index 100%\nrename from f\nrename to g\n"
	if err := (Patch{Diff: []byte(diff)}).Apply(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"g", "f"}, d.owned); diff != "" {
		t.Error(diff)
	}
}

func TestPatchForAnotherTree(t *testing.T) {
	d := newDir(t)
	other := strings.Replace(oneDiff, "-one", "-three", 1)
	err := Patch{Diff: []byte(other)}.Apply(t.Context(), d)
	if !errors.Is(err, ErrDoesNotApply) || !strings.Contains(detail(err), "patch failed: f:1") {
		t.Errorf("error is %v: %s", err, detail(err))
	}
}

func TestPatchThatLeavesTheTree(t *testing.T) {
	d := newDir(t)
	outside := filepath.Join(filepath.Dir(d.path), "evil")
	link := "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+..\n\\ No newline at end of file\n" +
		"diff --git a/l/evil b/l/evil\nnew file mode 100644\n--- /dev/null\n+++ b/l/evil\n@@ -0,0 +1 @@\n+x\n"
	for name, diff := range map[string]string{
		"dots":     "diff --git a/../evil b/../evil\nnew file mode 100644\n--- /dev/null\n+++ b/../evil\n@@ -0,0 +1 @@\n+x\n",
		"absolute": "--- /dev/null\n+++ " + outside + "\n@@ -0,0 +1 @@\n+x\n",
		"link":     link,
	} {
		_ = Patch{Diff: []byte(diff)}.Apply(t.Context(), d)
		if _, err := os.Lstat(outside); err == nil {
			t.Errorf("%s: a file was made outside", name)
		}
	}
}

// lab is a [Lab] whose patches are words: the state of the kernel after the patch.
type lab struct {
	now     string
	results map[string][]judge.Result
}

func (l *lab) Apply(_ context.Context, p Patch) error {
	if p.Subject == "alien" {
		return ErrDoesNotApply
	}
	l.now = p.Subject
	return nil
}

var errBroken = errors.New("x.c:1: error: no")

func (l *lab) Build(context.Context) error {
	if l.now == "unbuildable" {
		return errBroken
	}
	if l.now == "full" {
		return errors.New("no room")
	}
	return nil
}

func (l *lab) Broken(err error) bool { return errors.Is(err, errBroken) }

func (l *lab) Run(context.Context) ([]judge.Result, error) { return l.results[l.now], nil }

func results(words string) (list []judge.Result) {
	for word := range strings.FieldsSeq(words) {
		name, v, _ := strings.Cut(word, "=")
		list = append(list, judge.Result{Name: name, Verdict: judge.Verdict(v)})
	}
	return list
}

func newLab() *lab {
	return &lab{results: map[string][]judge.Result{
		"":       results("a=PASS b=PASS c=FAIL"),
		"first":  results("a=PASS b=PASS c=FAIL"),
		"breaks": results("a=PASS b=FAIL c=FAIL"),
		"mends":  results("a=PASS b=PASS c=PASS"),
		"unsure": results("a=PASS b=ERROR c=FAIL"),
	}}
}

func try(t *testing.T, subjects ...string) ([]Step, error) {
	t.Helper()
	var patches []Patch
	for _, s := range subjects {
		patches = append(patches, Patch{Subject: s})
	}
	return Run(t.Context(), newLab(), patches, func(Step) {})
}

func human(t *testing.T, steps []Step) string {
	t.Helper()
	var b strings.Builder
	if err := Human(&b, steps, len(steps)-1); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func markdown(t *testing.T, steps []Step) string {
	t.Helper()
	var b strings.Builder
	if err := Markdown(&b, steps, len(steps)-1); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSecondBreaksThirdMends(t *testing.T) {
	steps, err := try(t, "first", "breaks", "mends")
	if err != nil {
		t.Fatal(err)
	}
	want := `base: 2 passed, 1 failed
      b                                PASS
      c                                FAIL
1/3 first: leaves all as it was: 2 passed, 1 failed
      b                                PASS
      c                                FAIL
2/3 breaks: breaks b
      b                                FAIL (breaks)
      c                                FAIL
3/3 mends: fixes b, c
      b                                PASS (fixes)
      c                                PASS (fixes)
1 case passes on every kernel that was run
`
	if diff := cmp.Diff(want, human(t, steps)); diff != "" {
		t.Error(diff)
	}
	if !Guilty(steps) {
		t.Error("nobody is guilty")
	}
}

func TestPatchThatDoesNotBuild(t *testing.T) {
	steps, err := try(t, "unbuildable", "breaks")
	if err != nil {
		t.Fatal(err)
	}
	got := human(t, steps)
	for _, want := range []string{"1/2 unbuildable: does not build\n      x.c:1: error: no\n", "2/2 breaks: breaks b"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestPatchThatDoesNotApplyEndsTheSeries(t *testing.T) {
	steps, err := try(t, "first", "alien", "mends")
	if err != nil || steps[2].Fault != DoesNotApply || steps[3].Fault != NotTried || !Guilty(steps) {
		t.Errorf("steps %+v, error %v", steps, err)
	}
}

func TestErrorIsNobodysFault(t *testing.T) {
	steps, err := try(t, "first", "unsure", "first")
	if err != nil || Guilty(steps) {
		t.Errorf("steps %+v, error %v", steps, err)
	}
	if strings.Contains(human(t, steps), "breaks") {
		t.Error("an ERROR breaks something")
	}
}

func TestBrokenAcrossAnError(t *testing.T) {
	steps, err := try(t, "unsure", "breaks")
	if err != nil || Changes(steps)[1][judge.ID{Name: "b"}] != Breaks {
		t.Errorf("changes %v, error %v", Changes(steps), err)
	}
}

func TestNoRoomIsNoFault(t *testing.T) {
	if _, err := try(t, "full"); err == nil {
		t.Error("no error")
	}
}

// TestNamedTwice: a FAIL counts wherever it is among the results of a case.
func TestNamedTwice(t *testing.T) {
	for _, after := range []string{"a=PASS a=FAIL", "a=FAIL a=PASS", "a=FAIL a=ERROR", "a=SKIP a=FAIL"} {
		steps := []Step{{Name: "base", Results: results("a=PASS a=PASS")}, {Name: "p", Results: results(after)}}
		if got := human(t, steps); !Guilty(steps) || !strings.Contains(got, " FAIL (breaks)\n") {
			t.Errorf("%s:\n%s", after, got)
		}
	}
}

// TestHowOften: each cell, also for the base, tells how often a case failed.
func TestHowOften(t *testing.T) {
	fails := func(n int) judge.Result {
		return judge.Result{Name: "a", Verdict: judge.Fail, Confirmation: judge.Confirmation{Failed: n, Runs: 3}}
	}
	steps := []Step{
		{Name: "base", Results: results("a=PASS")},
		{Name: "p", Results: []judge.Result{fails(3)}},
		{Name: "q", Results: []judge.Result{fails(1)}},
	}
	got := human(t, steps)
	for _, want := range []string{" PASS\n", " FAIL 3 of 3 (breaks)\n", " FAIL 1 of 3: not deterministic\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestTrouble: the reason for an ERROR is below it.
func TestTrouble(t *testing.T) {
	steps := []Step{{Name: "base", Results: []judge.Result{{Name: "a", Verdict: judge.Error, Reasons: []string{"no guest", "more"}}}}}
	if got := human(t, steps); !strings.Contains(got, " ERROR\n        no guest\n") || strings.Contains(got, "more") {
		t.Error(got)
	}
	if got := markdown(t, steps); !strings.Contains(got, "\n\nbase, a:\n\n    no guest\n") || strings.Contains(got, "more") {
		t.Error(got)
	}
}

func TestMarkdown(t *testing.T) {
	steps, err := try(t, "breaks", "unbuildable")
	if err != nil {
		t.Fatal(err)
	}
	steps[1].Name = "a | b"
	want := `| kernel | result | b | c |
|---|---|---|---|
| base | 2 passed, 1 failed | PASS | FAIL |
| 1/2 a \| b | breaks b | FAIL (breaks) | FAIL |
| 2/2 unbuildable | does not build | - | - |

1 case passes on every kernel that was run.

2/2 unbuildable:

    x.c:1: error: no
`
	if diff := cmp.Diff(want, markdown(t, steps)); diff != "" {
		t.Error(diff)
	}
}

func FuzzNumstat(f *testing.F) {
	f.Add("1\t2\ta b\x00-\t-\tc\td\x00")
	f.Fuzz(func(t *testing.T, out string) {
		for _, name := range numstat(out) {
			if strings.Contains(name, "\x00") {
				t.Errorf("name %q", name)
			}
		}
	})
}
