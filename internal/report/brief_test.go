// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bufio"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

func newBuffer(text string) *bufio.Reader { return bufio.NewReaderSize(strings.NewReader(text), 1<<16) }

// withoutObservations returns documents as [ReadBrief] reads them.
func withoutObservations(docs []Document) []Document {
	for _, d := range docs {
		for i := range d.Outcomes {
			d.Outcomes[i].Observation = judge.Observation{}
		}
	}
	return docs
}

// TestReadBrief: only the observations are missing, wherever the report is cut.
func TestReadBrief(t *testing.T) {
	whole := twoRuns(t)
	if short, err := io.ReadAll(&brief{in: newBuffer(whole), start: true}); err != nil || strings.Contains(string(short), "answers") || !strings.Contains(string(short), `"observation": null`) {
		t.Errorf("%v: %s", err, short)
	}
	for n := 0; n <= len(whole); n += 1 + n%53 {
		want, wantErr := Read(strings.NewReader(whole[:n]))
		got, err := ReadBrief(iotest.HalfReader(strings.NewReader(whole[:n])))
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("cut at %d: %v, want %v", n, err, wantErr)
		}
		if len(got) == 0 || n%100 != 0 && n != len(whole) {
			continue
		}
		if d := cmp.Diff(withoutObservations(want), got); d != "" && n == len(whole) {
			t.Fatalf("cut at %d:\n%s", n, d)
		}
	}
}

func TestBrief(t *testing.T) {
	long := strings.Repeat("x", 1<<17)
	for text, want := range map[string]string{
		"":                         "",
		"a":                        "a",
		"  \"observation\": {},\n": "  \"observation\": null,\n",
		"\"observation\": {\"a\": \"}\\\"}\\\\\", \"b\": {}} , 1\n2": "\"observation\": null , 1\n2",
		"\"observation\": {\n\"observation\": {}\n}\n":               "\"observation\": null\n",
		"{\"observation\": {}}":                                      "{\"observation\": {}}",
		"\"observation\": [{}]":                                      "\"observation\": [{}]",
		"\"observation\": {\"a\": \"" + long + "\"}" + long:          "\"observation\": null" + long,
		long + "\"observation\": {}":                                 long + "\"observation\": {}",
		"\"observation\": {\"":                                       "\"observation\": null",
	} {
		if got, err := io.ReadAll(iotest.HalfReader(&brief{in: newBuffer(text), start: true})); err != nil || string(got) != want {
			t.Errorf("%.60q: %.60q, %v", text, got, err)
		}
	}
}

// FuzzReadBrief: [Read] and [ReadBrief] agree on everything but the observations.
func FuzzReadBrief(f *testing.F) {
	f.Add(`{"schema":"urn:klptest:report:1","results":[{"verdict":"PASS",` + "\n" + `"observation": {"broken":"}"},` + "\n" + `"name":"a"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		want, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		got, err := ReadBrief(strings.NewReader(text))
		if err != nil || len(got) != len(want) {
			t.Fatalf("%v, %d runs", err, len(got))
		}
		for i := range got {
			if len(got[i].Outcomes) != len(want[i].Outcomes) || !reflect.DeepEqual(got[i].Ending, want[i].Ending) {
				t.Fatalf("%+v, want %+v", got[i], want[i])
			}
		}
	})
}
