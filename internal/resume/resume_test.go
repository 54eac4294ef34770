// SPDX-License-Identifier: Apache-2.0

package resume

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
)

var began = time.Unix(1e9, 0)

func about(kernel string) report.Provenance {
	return report.Provenance{Run: "r", Label: "l", Kernel: kernel, Release: kernel, Started: began, Tests: []string{"a", "b"}}
}

func outcome(name string) report.Outcome {
	return report.Outcome{Case: "text of " + name, Result: judge.Result{Name: name, File: name + ".txtar", Verdict: judge.Pass}}
}

// attempt makes an attempt that begins with the results of the earlier ones, adds
// results, and ends or is killed.
func attempt(t *testing.T, dir string, ends bool, names ...string) *Attempts {
	t.Helper()
	a, err := Find(dir, "cell", "r", "l")
	if err != nil {
		t.Fatal(err)
	}
	to, err := results.Create(a.Next(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	rep := Before(to.Next(), a.Document)
	if err := rep.Begin(about("6.12")); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := rep.Case(outcome(name)); err != nil {
			t.Fatal(err)
		}
	}
	if ends {
		if err := blame.Join(rep.End(report.Ending{Total: len(names)}), to.Close(), a.Tidy()); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func names(d report.Document) string {
	var list []string
	for _, o := range d.Outcomes {
		list = append(list, o.Name)
	}
	return strings.Join(list, " ")
}

func TestAttempts(t *testing.T) {
	dir := t.TempDir()
	filetest.Put(t, filepath.Join(dir, "cell~x", "results.json"), "of nobody")
	filetest.Put(t, filepath.Join(dir, "cell.2of4", "results.json"), "of another shard")
	attempt(t, dir, false, "a")
	attempt(t, dir, false)
	if a := attempt(t, dir, false, "b"); names(a.Document) != "a" {
		t.Errorf("after two attempts: %s", names(a.Document))
	}
	a, err := Find(dir, "cell", "r", "l")
	if err != nil || names(a.Document) != "a b" || a.Document.Whole() || filepath.Base(a.Next()) != "cell~4" {
		t.Errorf("%s, next %s, %v", names(a.Document), a.Next(), err)
	}
	attempt(t, dir, true)
	a, err = Find(dir, "cell", "r", "l")
	if err != nil || names(a.Document) != "a b" || !a.Document.Whole() || a.Document.Total != 2 || len(a.numbers) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestSettled: a later attempt that was killed does not have what an earlier one has.
func TestSettled(t *testing.T) {
	dir := t.TempDir()
	attempt(t, dir, true, "a", "b")
	a, err := Find(dir, "cell", "r", "l")
	if err != nil || !a.Settled() {
		t.Errorf("one whole attempt: %+v, %v", a, err)
	}
	filetest.Put(t, filepath.Join(dir, "cell~2", "results.json"), "")
	a, err = Find(dir, "cell", "r", "l")
	if err != nil || !a.Document.Whole() || a.Settled() {
		t.Errorf("a whole attempt and an empty one: %+v, %v", a, err)
	}
}

func TestOtherRun(t *testing.T) {
	dir := t.TempDir()
	attempt(t, dir, true, "a")
	for _, other := range [][2]string{{"x", "l"}, {"r", "x"}} {
		if _, err := Find(dir, "cell", other[0], other[1]); err == nil || blame.Of(err) != blame.User {
			t.Errorf("%v: %v", other, err)
		}
	}
}

func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	attempt(t, dir, false, "a")
	filetest.Put(t, filepath.Join(dir, "cell~2", "results.json"), `{"schema": "urn:klptest:results:1", "runs": [{"schema": "urn:klptest:report:1", "results": [`+"\x00\x00")
	filetest.Put(t, filepath.Join(dir, "cell~3", "results.json"), "")
	filetest.Put(t, filepath.Join(dir, "cell~4", "x"), "")
	a, err := Find(dir, "cell", "r", "l")
	if err != nil || names(a.Document) != "a" || len(a.Damaged) != 1 || filepath.Base(a.Next()) != "cell~5" {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestReplacedKernel: a kernel has the name of the one before, and was not tested to the
// end: the results of the one before do not count.
func TestReplacedKernel(t *testing.T) {
	dir := t.TempDir()
	for i, id := range []string{"old", "new", "new"} {
		p := about("6.12")
		p.KernelID, p.Started = id, began.Add(time.Duration(i)*time.Hour)
		a := &Attempts{dir: dir, name: "cell"}
		to, err := results.Create(a.path(i+1), func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		run := to.Next()
		if err := blame.Join(run.Begin(p), run.Case(outcome(string(rune('a'+i))))); err != nil {
			t.Fatal(err)
		}
	}
	a, err := Find(dir, "cell", "r", "l")
	if err != nil || names(a.Document) != "b c" || a.Document.KernelID != "new" {
		t.Errorf("%s of %s, %v", names(a.Document), a.Document.KernelID, err)
	}
}

func TestSameKernel(t *testing.T) {
	base := report.Provenance{Kernel: "k", Release: "6.12", KernelID: "1", Config: map[string]string{"SMP": "y"}}
	for name, test := range map[string]struct {
		change func(*report.Provenance)
		want   bool
	}{
		"the same":              {func(*report.Provenance) {}, true},
		"another name":          {func(p *report.Provenance) { p.Kernel = "l" }, false},
		"another release":       {func(p *report.Provenance) { p.Release = "6.13" }, false},
		"other contents":        {func(p *report.Provenance) { p.KernelID = "2" }, false},
		"unknown contents":      {func(p *report.Provenance) { p.KernelID = "" }, true},
		"another configuration": {func(p *report.Provenance) { p.Config = map[string]string{"SMP": "n"} }, false},
		"unknown configuration": {func(p *report.Provenance) { p.Config = nil }, true},
	} {
		other := base
		test.change(&other)
		if got := SameKernel(base, other); got != test.want || SameKernel(other, base) != got {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOtherKernel(t *testing.T) {
	old := report.Document{Provenance: about("6.12"), Outcomes: []report.Outcome{outcome("a")}}
	old.KernelID = "1"
	changed := about("6.12")
	changed.KernelID = "2"
	if err := Before(report.NewJSON(&strings.Builder{}), old).Begin(changed); !errors.Is(err, ErrOtherKernel) {
		t.Errorf("a changed kernel: %v", err)
	}
	for kernel, want := range map[string]error{"6.12": nil, "6.13": ErrOtherKernel} {
		var b strings.Builder
		if err := Before(report.NewJSON(&b), old).Begin(about(kernel)); !errors.Is(err, want) || want == nil && !strings.Contains(b.String(), `"a"`) {
			t.Errorf("%s: %v", kernel, err)
		}
	}
}

func TestFinished(t *testing.T) {
	d := report.Document{Outcomes: []report.Outcome{outcome("a"), outcome("b"), outcome("b"), outcome("b"), outcome("c")}}
	list := []*casefile.Case{
		{Name: "a", File: "a.txtar", Text: "text of a"}, {Name: "b", File: "b.txtar", Text: "text of b"},
		{Name: "c", File: "c.txtar", Text: "another text"}, {Name: "d", File: "d.txtar", Text: "text of d"},
	}
	old, left := Finished(d, list, func(c *casefile.Case) int { return map[string]int{"a": 2, "b": 2, "c": 1, "d": 1}[c.Name] })
	got := ""
	for _, c := range left {
		got += c.Name
	}
	if names(report.Document{Outcomes: old}) != "b b" || got != "acd" {
		t.Errorf("finished %s, left %s", names(report.Document{Outcomes: old}), got)
	}
}
