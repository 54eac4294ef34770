// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/exit"
)

// twoRuns is a results file of two runs; all tests of the first passed.
func twoRuns(t *testing.T) string {
	t.Helper()
	passed := sampleDocument()
	passed.Outcomes, passed.Ending = passed.Outcomes[:1], Ending{Total: 1}
	passed.Tests = passed.Tests[:1]
	var b bytes.Buffer
	if err := WriteRuns(&b, []Document{passed, sampleDocument()}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRunsAreReadAsWritten(t *testing.T) {
	text := twoRuns(t)
	if err := validate(t, text); err != nil {
		t.Error(err)
	}
	docs, err := Read(strings.NewReader(text))
	if err != nil || len(docs) != 2 {
		t.Fatalf("%d runs, %v", len(docs), err)
	}
	var again bytes.Buffer
	if err := WriteRuns(&again, docs); err != nil || again.String() != text {
		t.Errorf("%v\n%s", err, again.String())
	}
}

// TestRunsCut: wherever a results file is cut, the earlier runs are whole, and the
// last one never counts as passed.
func TestRunsCut(t *testing.T) {
	whole := twoRuns(t)
	whole = whole[:strings.LastIndex(whole, `"state-take-over"`)]
	read := map[int]int{}
	for n := range whole {
		docs, err := Read(strings.NewReader(whole[:n]))
		if err != nil {
			if len(read) > 0 || !strings.Contains(err.Error(), "not a report") && !strings.Contains(err.Error(), "breaks off") {
				t.Fatalf("cut at %d: %v", n, err)
			}
			continue
		}
		read[len(docs)]++
		if last := docs[len(docs)-1]; last.Status == exit.Passed || last.Error == "" {
			t.Fatalf("cut at %d: %+v", n, last.Ending)
		}
		if first := docs[0]; len(docs) == 2 && (first.Status != exit.Passed || first.Error != "") {
			t.Fatalf("cut at %d: %+v", n, first.Ending)
		}
	}
	if read[1] == 0 || read[2] == 0 || len(read) != 2 {
		t.Errorf("%v", read)
	}
}

func TestRunsRefused(t *testing.T) {
	whole := twoRuns(t)
	for name, test := range map[string]struct{ text, want string }{
		"runs in a run":  {strings.Replace(whole, `"results": [`, `"runs": [{}], "results": [`, 1), ""},
		"no run":         {`{"schema":"` + resultsID + `","runs":[{}]}`, "the schema of a run"},
		"numbers":        {`{"schema":"` + resultsID + `","runs":[1]}`, "1 where { should be"},
		"runs as text":   {`{"schema":"` + resultsID + `","runs":"x"}`, "x where [ should be"},
		"its first byte": {`{"schema":"` + resultsID + `","runs":[{`, "breaks off before its first run"},
		"deep":           {`{"runs":` + strings.Repeat("[", 20000), "[ where { should be"},
	} {
		_, err := Read(strings.NewReader(test.text))
		if test.want == "" && err == nil {
			continue // a field from a later klptest
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}
