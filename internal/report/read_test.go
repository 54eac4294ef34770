// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/model"
)

// rendered returns a document in a format.
func rendered(t *testing.T, d Document, format string) string {
	t.Helper()
	f, err := FormatNamed(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := d.Play(f.New(&b, HumanOptions{})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func read(t *testing.T, text string) Document {
	t.Helper()
	docs, err := Read(strings.NewReader(text))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d runs, %v", len(docs), err)
	}
	return docs[0]
}

// TestReadRendersAlike: a report that was read renders in each format like the run itself.
func TestReadRendersAlike(t *testing.T) {
	want := sampleDocument()
	want.Started = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	got := read(t, rendered(t, want, "json"))
	for _, name := range FormatNames() {
		if d := cmp.Diff(rendered(t, want, name), rendered(t, got, name)); d != "" {
			t.Errorf("%s (-run +report):\n%s", name, d)
		}
	}
	if d := cmp.Diff(want.Provenance, got.Provenance); d != "" {
		t.Errorf("provenance:\n%s", d)
	}
	if d := cmp.Diff(want.Outcomes[0], got.Outcomes[0], cmpopts.EquateEmpty()); d != "" {
		t.Errorf("an outcome with an observation:\n%s", d)
	}
	if d := cmp.Diff(want.Ending, got.Ending); d != "" {
		t.Errorf("ending:\n%s", d)
	}
}

// TestReadIsJudgedAlike: a report has everything that the verdict depends on.
func TestReadIsJudgedAlike(t *testing.T) {
	for name, verdict := range map[string]judge.Verdict{"state-add": judge.Fail, "state-lower-refused": judge.Pass} {
		text, err := os.ReadFile("../../cases/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.Replace(text, []byte("own=1 prev=none\n"), []byte("own=7 prev=none\n"), 1)
		c, err := casefile.Parse(name+".txtar", text)
		if err != nil {
			t.Fatal(err)
		}
		m, err := model.New("6.12")
		if err != nil {
			t.Fatal(err)
		}
		res := judge.Run(t.Context(), m, c)
		d := Document{Outcomes: []Outcome{{Case: c.Text, Result: res}}}
		d.Config = res.Observation.Facts.Config
		o := read(t, rendered(t, d, "json")).Outcomes[0]
		again, err := casefile.Parse(c.File, []byte(o.Case))
		if err != nil {
			t.Fatal(err)
		}
		want, got := judge.Judge(c, res.Observation), judge.Judge(again, o.Observation)
		if want.Verdict != verdict || want.Diff != got.Diff || want.Verdict != got.Verdict {
			t.Errorf("%s: %s becomes %s\n%s", name, want.Verdict, got.Verdict, got.Diff)
		}
	}
}

// TestReadOld reads a report of an old klptest, without provenance and exit status.
func TestReadOld(t *testing.T) {
	text, err := os.ReadFile("testdata/old.json")
	if err != nil {
		t.Fatal(err)
	}
	d := read(t, string(text))
	if d.Kernel != "debian:6.12" || d.Total != 4 || len(d.Outcomes) != 3 || d.Took != 63*time.Second || d.Outcomes[1].Confirmation.Runs != 3 {
		t.Errorf("%+v", d)
	}
	if d.Status != exit.Failed {
		t.Errorf("exit status %d", d.Status)
	}
}

// TestReadCut: wherever a report is cut, what was written is read, and it never
// counts as a run that passed.
func TestReadCut(t *testing.T) {
	d := sampleDocument()
	d.Outcomes = d.Outcomes[:1] // a PASS
	d.Status = exit.Passed
	whole := rendered(t, d, "json")
	start := strings.Index(whole, `"results": [`)
	most := 0
	for n := range len(whole) - len("\n}\n") {
		docs, err := Read(strings.NewReader(whole[:n]))
		if err != nil && n > start {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if err != nil {
			continue
		}
		d := docs[0]
		if d.Status != exit.Error || n > start && d.Total != 13 || d.Error == "" {
			t.Fatalf("cut at %d: %+v", n, d.Ending)
		}
		most = max(most, len(d.Outcomes))
	}
	if most != 1 {
		t.Errorf("at most %d results are found", most)
	}
}

func TestReadRefuses(t *testing.T) {
	defer func(most int64) { maxReport = most }(maxReport)
	maxReport = 16 << 20
	whole := rendered(t, Document{}, "json")
	covered := func(file string) string { return strings.TrimSuffix(whole, "\n}\n") + `, "coverage": [` + file + "]}" }
	var fields strings.Builder
	for i := range maxFields + 1 {
		fmt.Fprintf(&fields, `"%d": 0, `, i)
	}
	for name, test := range map[string]struct{ text, want string }{
		"many fields":    {strings.Replace(whole, "{", "{"+fields.String(), 1), "more than 100 fields"},
		"a path":         {covered(`{"file": "../../etc/passwd"}`), `a source file "../../etc/passwd"`},
		"escapes":        {covered(`{"file": "a\u001b[31m.c"}`), `a source file "a\x1b[31m.c"`},
		"a long name":    {covered(`{"file": "` + strings.Repeat("a", 1000) + `"}`), "a source file"},
		"a wrong line":   {covered(`{"file": "a.c", "lines": [{"line": 99999999}]}`), "line 99999999 of a.c"},
		"line 0":         {covered(`{"file": "a.c", "lines": [{}]}`), "line 0 of a.c"},
		"many files":     {covered(`{"file": "a.c"}` + strings.Repeat(`, {"file": "a.c"}`, 1000)), "more than 1000 source files"},
		"nothing":        {"", "not a report of klptest"},
		"text":           {"PASS  state-add\n", "not a report in JSON"},
		"other JSON":     {`{"results": [], "a": {"b": 1}}`, "not a report of klptest"},
		"a list":         {"[1]", "[ where { should be"},
		"later form":     {strings.Replace(whole, schemaID, "urn:klptest:report:2", 1), "not a report of klptest"},
		"a second one":   {whole + whole, "more follows the report"},
		"another type":   {strings.Replace(whole, `"total": 0`, `"total": "many"`, 1), "not a report of klptest"},
		"another result": {strings.Replace(whole, `"results": [`, `"results": [1`, 1), "not a report in JSON"},
		"too much":       {whole + strings.Repeat(" ", int(maxReport)), "larger than 16 MB"},
		"too many":       {strings.Replace(whole, `"results": [`, `"results": [{}`+strings.Repeat(",{}", maxOutcomes), 1), "more than 100000 results"},
	} {
		_, err := Read(strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) || blame.Of(err) != blame.User {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func TestReadExitStatus(t *testing.T) {
	for _, test := range []struct {
		verdict string
		tail    string
		want    int
	}{
		{"PASS", `"total":1,"exit_status":0`, exit.Passed},
		{"PASS", `"total":1,"exit_status":3`, exit.Error},
		{"PASS", `"total":2,"exit_status":130`, exit.Interrupted},
		{"FAIL", `"total":1,"exit_status":1`, exit.Failed},
		{"FAIL", `"total":1,"exit_status":0`, exit.Passed}, // from a series that is not at fault
		// Never written by any klptest.
		{"PASS", `"total":1,"exit_status":77`, exit.Passed},
		{"FAIL", `"total":1,"exit_status":-1`, exit.Failed},
		// Written by an earlier klptest.
		{"PASS", `"total":1`, exit.Passed},
		{"PASS", `"total":2`, exit.Error},
		{"SKIP", `"total":1`, exit.Nothing},
		{"ERROR", `"total":1`, exit.Error},
		{"odd", `"total":1`, exit.Error},
		{"FAIL", `"total":2`, exit.Failed},
	} {
		text := `{"schema":"` + schemaID + `","results":[{"verdict":"` + test.verdict + `"}],` + test.tail + `}`
		if got := read(t, text).Status; got != test.want {
			t.Errorf("%s: %d, want %d", text, got, test.want)
		}
	}
}

// FuzzRead: any untrusted report renders as lines of printable text, and as a
// report that reads back the same.
func FuzzRead(f *testing.F) {
	whole, err := os.ReadFile("testdata/json.golden")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole))
	f.Add(string(whole[:len(whole)/2]))
	for _, s := range hostile {
		f.Add(strings.Replace(string(whole), "state-take-over", s, 3))
	}
	f.Add(`{"schema":"urn:klptest:report:1","seconds":-1e308,"total":-9,"exit_status":-1,"results":[{"seconds":1e308,"confirmation":{"runs":-1}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		docs, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, d := range docs {
			for _, name := range FormatNames() {
				out := rendered(t, d, name)
				if strings.ContainsFunc(out, unsafe) || !utf8.ValidString(out) {
					t.Fatalf("%s: %q", name, out)
				}
			}
			once := rendered(t, d, "json")
			if twice := rendered(t, read(t, once), "json"); twice != once {
				t.Fatalf("(-once +twice):\n%s", cmp.Diff(once, twice))
			}
		}
	})
}

// unsafe reports whether a character may control a terminal.
func unsafe(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == '\u202e' || r == '\ufeff'
}

// TestDurationIsReadAsWritten: durations are exact to the nanosecond.
func TestDurationIsReadAsWritten(t *testing.T) {
	for _, want := range []time.Duration{0, 1, 265699551, 37 * time.Minute, time.Hour + 1} {
		if got := duration(want.Seconds()); got != want {
			t.Errorf("%d ns: %d", want, got)
		}
	}
}
