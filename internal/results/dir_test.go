// SPDX-License-Identifier: Apache-2.0

package results

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/report"
)

var day = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// document is a run of tests with verdicts, such as "a=FAIL".
func document(run string, started time.Time, tests ...string) report.Document {
	d := report.Document{Provenance: report.Provenance{Run: run, Kernel: "debian:6.12.1", Spec: "debian:6.12", Release: "6.12", Started: started}}
	for _, text := range tests {
		name, verdict, _ := strings.Cut(text, "=")
		d.Tests = union(d.Tests, []string{name})
		if verdict != "" {
			d.Outcomes = append(d.Outcomes, report.Outcome{Case: "the case", Result: judge.Result{Name: name, File: name, Verdict: judge.Verdict(verdict)}})
		}
	}
	d.Total, d.Status, d.Took = len(tests), report.ExitCode(d.Results()), time.Minute
	d.Planned = d.Total
	return d
}

// cut is a run that was interrupted.
func cut(d report.Document) report.Document {
	d.Error, d.Status = "interrupted", 130
	return d
}

// brieflyFull is a disk that has no room for one write.
type brieflyFull struct{ writes int }

func (b *brieflyFull) Write(p []byte) (int, error) {
	if b.writes++; b.writes == 3 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

// TestCloseTellsWhatIsLost: a directory that lacks something was not closed well, even if
// all later writes have succeeded.
func TestCloseTellsWhatIsLost(t *testing.T) {
	d := create(t, t.TempDir())
	d.runs, _ = report.NewRuns(&brieflyFull{})
	if err := d.Add(document("r", day, "a=PASS")); err == nil {
		t.Error("no error of Add")
	}
	must(t, d.Add(document("r", day, "a=PASS")))
	if err := d.Close(); err == nil || err.Error() != "no space left on device" {
		t.Errorf("Close: %v", err)
	}
}

func create(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := Create(path, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestDir: the content of a directory can be read back, even before the run is over.
func TestDir(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "dir")
	d := create(t, path)
	must(t, d.Add(document("r", day, "a=PASS")))
	next := d.Next()
	half := document("r", day, "a=PASS", "b=FAIL", "c")
	must(t, next.Begin(half.Provenance))
	must(t, next.Case(half.Outcomes[0]))
	must(t, next.Case(half.Outcomes[1]))
	docs, err := Read([]string{path})
	if err != nil || len(docs) != 2 || docs[0].Error != "" || len(docs[1].Outcomes) != 2 || docs[1].Total != 3 || docs[1].Error == "" {
		t.Fatalf("%v, %+v", err, docs)
	}
	must(t, next.End(half.Ending))
	must(t, d.Close())
	if docs, err = Read([]string{path}); err != nil || len(docs) != 2 || docs[1].Error != "" {
		t.Errorf("%v, %+v", err, docs)
	}
	for _, name := range append(report.FileNames(), resultsFile, "failed/6.12/b/case.txtar") {
		if info, err := os.Stat(filepath.Join(path, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	for _, name := range []string{"failed/6.12/b", "."} {
		if info, err := os.Stat(filepath.Join(path, name)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// TestFolder: the folder of a failure has its files, and they are copied with it to
// another directory.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	console := filepath.Join(dir, "console")
	filetest.Put(t, console, "the console\n")
	doc := document("r", day, "b=FAIL")
	r := &doc.Outcomes[0].Result
	r.Reasons, r.Diff, r.Observed, r.Log = []string{"why\x1b"}, "-a\n+b\n", "% b\n", console
	r.Observation = judge.Observation{Answers: []machine.Answer{{Records: []machine.Record{{Usec: 1234567, Text: "a\nb\x1b"}}}}}
	doc.Outcomes[0].Live = true
	first := create(t, filepath.Join(dir, "first"))
	must(t, first.Add(doc))
	must(t, first.Close())
	docs, err := Read([]string{filepath.Join(dir, "first")})
	must(t, err)
	second := create(t, filepath.Join(dir, "second"))
	must(t, second.Add(docs[0]))
	must(t, second.Close())
	for _, place := range []string{"first", "second"} {
		for name, want := range map[string]string{
			"case.txtar": "the case", "observed.txt": "% b\n", "transcript.diff": "-a\n+b\n", "console.log": "the console\n",
			"kernel.log": "[    1.234567] a\\nb\\x1b\n",
		} {
			if got, err := os.ReadFile(filepath.Join(dir, place, "failed/6.12/b", name)); err != nil || string(got) != want {
				t.Errorf("%s/%s: %q, %v", place, name, got, err)
			}
		}
		if got, _ := os.ReadFile(filepath.Join(dir, place, "failed/6.12/b/report.txt")); !strings.Contains(string(got), "FAIL  b ") || !strings.Contains(string(got), `why\x1b`) {
			t.Errorf("%s: %s", place, got)
		}
	}
}

// TestStrangersLogIsNotCopied: a report may name any file of the host as its log.
func TestStrangersLogIsNotCopied(t *testing.T) {
	dir := t.TempDir()
	filetest.Put(t, filepath.Join(dir, "secret/console.log"), "secret")
	for name, o := range map[string]report.Outcome{
		"log":    {Result: judge.Result{Log: filepath.Join(dir, "secret/console.log")}},
		"folder": {Folder: "../secret"},
		"link":   {Folder: "link"},
	} {
		from := filepath.Join(dir, name)
		must(t, os.Mkdir(from, 0o700))
		must(t, os.Symlink("../secret", filepath.Join(from, "link")))
		doc := document("r", day)
		o.Name, o.Verdict = "a", judge.Fail
		doc.Outcomes = []report.Outcome{o}
		f, err := os.Create(filepath.Join(from, resultsFile))
		must(t, err)
		must(t, report.WriteRuns(f, []report.Document{doc}))
		docs, err := Read([]string{from})
		must(t, err)
		to := create(t, filepath.Join(dir, name+".out"))
		must(t, to.Add(docs[0]))
		must(t, to.Close())
		if _, err := os.Stat(filepath.Join(dir, name+".out", "failed/6.12/a/console.log")); !os.IsNotExist(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFolderNames: names do not act as paths, and no two tests share a folder.
func TestFolderNames(t *testing.T) {
	p := report.Provenance{Release: "6.12"}
	used := folders{}
	for _, c := range []struct{ name, want string }{
		{"a", "a"}, {"a", "a-2"}, {"A", "A-3"}, {"../../etc/passwd", ".._.._etc_passwd"}, {"..", "___"}, {".", "__"}, {"", "_"}, {"-rf", "_-rf"},
		{"x/y\x00\n", "x_y__"}, {"grün\u202e", "gr_n_"}, {strings.Repeat("n", 300), strings.Repeat("n", nameLength)},
	} {
		got := used.unused(p, c.name)
		if got != "failed/6.12/"+c.want || !fs.ValidPath(got) {
			t.Errorf("%q: %q", c.name, got)
		}
	}
	for range mostFolders {
		used.unused(p, "often")
	}
	if got := used.unused(p, "often"); got != "" {
		t.Error(got)
	}
	if got := used.unused(report.Provenance{Kernel: "../x"}, "a"); got != "failed/.._x/a" {
		t.Error(got)
	}
}

func TestCreateReplacesItsOwnAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	d := create(t, path)
	must(t, d.Add(document("r", day, "a=FAIL")))
	if _, err := Create(path, nil); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("while a run writes: %v", err)
	}
	must(t, d.Close())
	filetest.Put(t, filepath.Join(path, "notes"), "mine")
	told := ""
	d, err := Create(path, func(line string) { told = line })
	must(t, err)
	must(t, d.Close())
	if _, err := os.Stat(filepath.Join(path, failedDir)); !os.IsNotExist(err) || !strings.Contains(told, "replacing") {
		t.Errorf("%v, %q", err, told)
	}
	if data, _ := os.ReadFile(filepath.Join(path, "notes")); string(data) != "mine" {
		t.Error("a file of the user's is gone")
	}
}

func TestCreateRefuses(t *testing.T) {
	dir := t.TempDir()
	filetest.Put(t, filepath.Join(dir, "home/diary"), "x")
	filetest.Put(t, filepath.Join(dir, "other", resultsFile), `{"passed": true}`)
	filetest.Put(t, filepath.Join(dir, "file"), "x")
	filetest.Put(t, filepath.Join(dir, "outside"), "")
	must(t, os.Mkdir(filepath.Join(dir, "link"), 0o700))
	must(t, os.Symlink("../outside", filepath.Join(dir, "link", resultsFile)))
	for name, want := range map[string]string{"home": "something else than results: diary", "other": "something else than results: results.json", "file": "not a directory", "link": "something else"} {
		before, _ := os.ReadDir(filepath.Join(dir, name))
		_, err := Create(filepath.Join(dir, name), nil)
		after, _ := os.ReadDir(filepath.Join(dir, name))
		if err == nil || !strings.Contains(err.Error(), want) || blame.Of(err) != blame.User || len(before) != len(after) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "other", resultsFile)); string(data) != `{"passed": true}` {
		t.Errorf("%q", data)
	}
}

// TestReadDirs reads results directories below the named one.
func TestReadDirs(t *testing.T) {
	dir := t.TempDir()
	if _, err := Read([]string{dir}); err == nil || !strings.Contains(err.Error(), "has no results") {
		t.Error(err)
	}
	for _, name := range []string{"1", "2"} {
		d := create(t, filepath.Join(dir, name))
		must(t, d.Add(document("r", day, name+"=PASS")))
		must(t, d.Close())
	}
	docs, err := Read([]string{dir})
	if err != nil || len(docs) != 2 || docs[1].Outcomes[0].Name != "2" {
		t.Errorf("%v %+v", err, docs)
	}
	filetest.Put(t, filepath.Join(dir, "3", resultsFile), "{}")
	if _, err := Read([]string{dir}); err == nil || !strings.Contains(err.Error(), "3/results.json: not a report") {
		t.Error(err)
	}
}

// TestNoDir: a nil directory keeps nothing.
func TestNoDir(t *testing.T) {
	var d *Dir
	must(t, d.Add(document("r", day, "a=FAIL")))
	must(t, d.Close())
}

// TestDocument: the user documentation names all files of a directory.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/results.md")
	must(t, err)
	for _, name := range append(report.FileNames(), resultsFile, failedDir+"/KERNEL/CASE/") {
		if !strings.Contains(string(text), "\n| `"+name+"` | ") {
			t.Errorf("docs/results.md lacks %s", name)
		}
	}
}
