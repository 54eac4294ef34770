// SPDX-License-Identifier: Apache-2.0

package report

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

// malformed has invalid reports and the error for each. "A => B" is the sample with
// A replaced by B.
var malformed = map[string]string{
	"":                       "not a report of klptest",
	" \n\t":                  "not a report of klptest",
	"null":                   "<nil> where { should be",
	"true":                   "true where { should be",
	"7":                      "7 where { should be",
	`"{}"`:                   "{} where { should be",
	"[]":                     "[ where { should be",
	"{}":                     "not a report of klptest",
	"{}{}":                   "more follows the report",
	"{]":                     "byte 1 is wrong",
	"{1:2}":                  "byte",
	`{"a" 1}`:                "byte",
	`{"a":1,}`:               "byte",
	"\xef\xbb\xbf{}":         "byte 1 is wrong",
	"\xff\xfe{\x00}\x00":     "byte 1 is wrong",
	"\x1f\x8b\x08\x00\x00":   "byte 1 is wrong",
	"PK\x03\x04":             "byte 1 is wrong",
	"\x00\x00\x00\x00":       "byte 1 is wrong",
	"<testsuites/>":          "byte 1 is wrong",
	"KTAP version 1\n1..1\n": "byte 1 is wrong",
	"schema: urn:klptest":    "byte 1 is wrong",
	`{"schema":"urn:klptest:results:2","runs":[]}`:                                   "whose schema is urn:klptest:results:1",
	`{"schema":["urn:klptest:results:1"],"runs":[]}`:                                 "whose schema is",
	`{"schema":"urn:klptest:results:1","runs":{}}`:                                   "{ where [ should be",
	`{"schema":"urn:klptest:results:1","runs":null}`:                                 "<nil> where [ should be",
	`{"schema":"urn:klptest:results:1","runs":[[]]}`:                                 "[ where { should be",
	`{"schema":"urn:klptest:results:1","runs":[{"schema":"x"}]}`:                     "the schema of a run is",
	`{"schema":"urn:klptest:results:1","runs":[{"schema":"urn:klptest:results:1"}]}`: "the schema of a run is",
	`{"results":` + strings.Repeat(`[`, 20_000):                                      "byte 10010 is wrong",
	`{"x":` + strings.Repeat(`{"a":`, 20_000):                                        "is wrong",
	`"kernel": "debian:6.12" => "kernel": 612`:                                       "kernel is the wrong number",
	`"started": "2000-01-01T00:00:00Z" => "started": "yesterday"`:                    "started is no time",
	`"results": [ => "results": {`:                                                   "{ where [ should be",
	`"verdict": "PASS" => "verdict": 1`:                                              "verdict is the wrong number",
	`"seconds": 1.2 => "seconds": "1.2"`:                                             "seconds is a text",
	`"seconds": 1.2 => "seconds": 1e999`:                                             "seconds is the wrong number 1e999",
	`"reasons": [] => "reasons": "none"`:                                             "reasons is a text",
	`"step": 2 => "step": 2.5`:                                                       "step is the wrong number 2.5",
	`"step": 2 => "step": 99999999999999999999`:                                      "step is the wrong number",
	`"failed": 3 => "failed": {}`:                                                    "confirmation.failed is an object",
	`"discarded": [ => "discarded": [1,`:                                             "discarded is the wrong number",
	`"total": 13 => "total": "12"`:                                                   "total is a text",
	`"tests": [ => "tests": [[],`:                                                    "tests is a list",
	`"config": { => "config": {"HZ": 250,`:                                           "config: a value is the wrong number",
	`"cpus": 1 => "cpus": true`:                                                      "machine.cpus is true or false",
	`"exit_status": 1 => "exit_status": [1]`:                                         "exit_status is a list",
	`"answers":[{ => "answers":[{"records":[{"seq":-1}]},{`:                          "seq is the wrong number -1",
	`"taint":32768 => "taint":-1`:                                                    "taint is the wrong number",
	`"name": "state-add" => "name": "state-add` + "\n" + `"`:                         "byte",
	`"name": "state-add" => "name": "\x"`:                                            "byte",
}

// goWords matches words that a user should not see.
var goWords = regexp.MustCompile(`json:|Go |\.go|unmarshal|struct|jsonResult|goroutine`)

// TestMalformed: each report is rejected with one clear line.
func TestMalformed(t *testing.T) {
	d := sampleDocument()
	d.Started = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	whole := rendered(t, d, "json")
	for text, want := range malformed {
		if from, to, ok := strings.Cut(text, " => "); ok {
			if !strings.Contains(whole, from) {
				t.Errorf("%q is not in the sample", from)
			}
			text = strings.Replace(whole, from, to, 1)
		}
		docs, err := Read(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) || blame.Of(err) != blame.User {
			t.Errorf("%.80q: %v, want %q", text, err, want)
			continue
		}
		if line := err.Error(); goWords.MatchString(line) || strings.Contains(line, "\n") || len(line) > 200 || docs != nil {
			t.Errorf("%.80q: %s", text, line)
		}
	}
	if len(malformed) < 50 {
		t.Errorf("%d", len(malformed))
	}
}
