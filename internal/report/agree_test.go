// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

// twoDocuments returns runs on two kernels with all verdicts; the first run was cut short.
func twoDocuments() []Document {
	second := sampleDocument()
	second.Kernel, second.Release, second.Error, second.Detail = "debian:6.1", "6.1.0", "", ""
	second.Outcomes = second.Outcomes[:4]
	second.Tests, second.Total = second.Tests[:4], 4
	second.Outcomes[3].Observation = second.Outcomes[0].Observation // the test has begun
	return []Document{sampleDocument(), second}
}

func written(t *testing.T, write func(*bytes.Buffer, []Document) error, docs []Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, docs); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// inFormat renders several runs in a format.
func inFormat(t *testing.T, name string, docs []Document) string {
	t.Helper()
	f, err := FormatNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return written(t, func(b *bytes.Buffer, d []Document) error { return f.Write(b, d) }, docs)
}

// statuses counts how often each status occurs.
type statuses map[string]int

// expected counts the outcomes and the tests that were not run, by the
// names that a format uses.
func expected(docs []Document, names map[judge.Verdict]string, notRun string) statuses {
	s := statuses{}
	for _, d := range docs {
		for _, o := range d.Outcomes {
			s[names[o.Verdict]]++
		}
		if missing := d.Total - len(d.Outcomes); missing > 0 {
			s[notRun] += missing
		}
	}
	delete(s, "")
	return s
}

var asIs = map[judge.Verdict]string{
	judge.Pass: "PASS", judge.Fail: "FAIL", judge.Error: "ERROR", judge.Skip: "SKIP", judge.XFail: "XFAIL", judge.XPass: "XPASS",
}

// with returns a copy of names with some replaced.
func with(names map[judge.Verdict]string, pairs ...judge.Verdict) map[judge.Verdict]string {
	names = maps.Clone(names)
	for i := 0; i < len(pairs); i += 2 {
		names[pairs[i]] = string(pairs[i+1])
	}
	return names
}

func TestFormatsAgree(t *testing.T) {
	docs := twoDocuments()
	kcidb := expected(docs, with(asIs, judge.XFail, judge.Fail, judge.XPass, judge.Pass), "MISS")
	kcidb["ERROR"]-- // a test that has not begun is a MISS
	kcidb["MISS"]++
	junit := expected(docs, with(asIs, judge.XFail, judge.Skip, judge.XPass, judge.Pass), "")
	junit["ERROR"]++ // the reason why the first run was cut short
	for _, d := range docs {
		for _, o := range d.Outcomes {
			for _, part := range o.Subtests { // these are cases as well
				junit[asIs[known(part.Verdict)]]++
			}
		}
	}
	for name, test := range map[string]struct {
		count func(*testing.T, string) statuses
		want  statuses
	}{
		"json":     {jsonStatuses, expected(docs, asIs, "")},
		"ktap":     {ktapStatuses, expected(docs, asIs, "not run")},
		"junit":    {junitStatuses, junit},
		"markdown": {markdownStatuses, expected(docs, asIs, "not run")},
		"kcidb":    {kcidbStatuses, kcidb},
		"html":     {htmlStatuses, expected(docs, asIs, "not run")},
	} {
		if d := cmp.Diff(test.want, test.count(t, inFormat(t, name, docs))); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if d := cmp.Diff(expected(docs, asIs, "not run"), humanStatuses(t, docs)); d != "" {
		t.Errorf("human (-want +got):\n%s", d)
	}
}

func jsonStatuses(t *testing.T, text string) statuses {
	if err := validate(t, text); err != nil {
		t.Error(err)
	}
	var doc struct {
		Runs []struct{ Results []struct{ Verdict string } }
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	s := statuses{}
	for _, run := range doc.Runs {
		for _, r := range run.Results {
			s[r.Verdict]++
		}
	}
	return s
}

var (
	nestedPlan   = regexp.MustCompile(`^  1\.\.(\d+)$`)
	nestedResult = regexp.MustCompile(`^  (not ok|ok) \d+ [^#]*(?:# (\w+))?`)
)

func ktapStatuses(t *testing.T, text string) statuses {
	s := statuses{}
	planned, seen := 0, 0
	for line := range strings.Lines(text) {
		if m := nestedPlan.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			n, _ := strconv.Atoi(m[1])
			planned += n
		}
		m := nestedResult.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		seen++
		switch {
		case m[2] != "":
			s[m[2]]++
		case m[1] == "ok":
			s["PASS"]++
		default:
			s["FAIL"]++
		}
	}
	s["not run"] = planned - seen
	return s
}

func junitStatuses(t *testing.T, text string) statuses {
	checkXML(t, text)
	type suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	var suites struct {
		Suites []suite `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(text), &suites); err != nil {
		t.Fatal(err)
	}
	s := statuses{}
	for _, x := range suites.Suites {
		s["FAIL"] += x.Failures
		s["ERROR"] += x.Errors
		s["SKIP"] += x.Skipped
		s["PASS"] += x.Tests - x.Failures - x.Errors - x.Skipped
	}
	return s
}

// checkXML validates a JUnit report with a parser that is not Go's.
func checkXML(t *testing.T, text string) {
	t.Helper()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Log("not validated: there is no xmllint")
		return
	}
	c := exec.Command(xmllint, "--noout", "--schema", "testdata/junit.xsd", "-")
	c.Stdin = strings.NewReader(text)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func markdownStatuses(t *testing.T, text string) statuses {
	columns := []string{"PASS", "FAIL", "ERROR", "SKIP", "XFAIL", "XPASS", "not run"}
	s := statuses{}
	for line := range strings.Lines(text) {
		cells := strings.Split(line, " | ")
		if len(cells) != len(columns)+2 || !strings.Contains(cells[0], "`") {
			continue
		}
		for i, name := range columns {
			n, err := strconv.Atoi(cells[i+1])
			if err != nil {
				t.Fatal(err)
			}
			s[name] += n
		}
	}
	return s
}

func kcidbStatuses(t *testing.T, text string) statuses {
	if err := kcidbSchema(t).Validate(unmarshal(t, text)); err != nil {
		t.Error(err)
	}
	var doc kcidb
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	builds, ids := map[string]bool{}, map[string]bool{}
	for _, b := range doc.Builds {
		builds[b.ID] = true
	}
	s := statuses{}
	for _, x := range doc.Tests {
		s[x.Status]++
		if ids[x.ID] || !builds[x.Build] {
			t.Errorf("%s of %s", x.ID, x.Build)
		}
		ids[x.ID] = true
	}
	return s
}

// TestFormatsHostile: any text stays text in every format.
func TestFormatsHostile(t *testing.T) {
	for i, s := range hostile {
		d := Document{Provenance: Provenance{Kernel: s, Release: s, Label: s, Klptest: s, Tests: []string{s, "b"}}}
		d.Outcomes = []Outcome{{Result: hostileResult(judge.Fail, s, s, s)}, {Result: hostileResult(judge.XPass, s, s, s)}}
		d.Total = 2
		kcidbStatuses(t, inFormat(t, "kcidb", []Document{d}))
		checkXML(t, inFormat(t, "junit", []Document{d}))
		ktap := ktapStatuses(t, inFormat(t, "ktap", []Document{d}))
		if diff := cmp.Diff(statuses{"FAIL": 1, "XPASS": 1, "not run": 0}, ktap); diff != "" {
			t.Errorf("%q: ktap: %s", s, diff)
		}
		markdown := markdownStatuses(t, inFormat(t, "markdown", []Document{d}))
		if fmt.Sprint(markdown) != "map[ERROR:0 FAIL:1 PASS:0 SKIP:0 XFAIL:0 XPASS:1 not run:0]" {
			t.Errorf("%d %q: markdown: %v", i, s, markdown)
		}
	}
}
