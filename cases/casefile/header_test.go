// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Invalid headers are in testdata/bad/headers.txtar.
func TestHeaders(t *testing.T) {
	tests := []struct {
		header string
		want   Case
	}{
		{"Covers: a: b, c", Case{Covers: []string{"a: b, c"}}},
		{"Covers: a\nCovers:   b  ", Case{Covers: []string{"a", "b"}}},
		{"CPUs: 64", Case{CPUs: 64}},
		{"Memory: 512", Case{Memory: 512}},
		{"Timeout: 1h", Case{Timeout: time.Hour}},
		{"Taints: W,D", Case{Taints: 1<<9 | 1<<7}},
		{"Leaves: klp_a, klp_b klp_c", Case{Leaves: []string{"klp_a", "klp_b", "klp_c"}}},
		{"Needs: kernel >= 5.5 ,not config KASAN", Case{Needs: []Condition{
			{Fact: "kernel", Op: ">=", Value: "5.5"}, {Not: true, Fact: "config", Name: "KASAN"},
		}}},
		{"Leaves klp_a\n covers: x\nNB:x\nFor example:\nhttp://x.y\nklp_a: pre_patch", Case{
			Prose: "Leaves klp_a\n covers: x\nNB:x\nFor example:\nhttp://x.y\nklp_a: pre_patch",
		}},
		{"one\n\nCovers: x\n\ntwo\n", Case{Covers: []string{"x"}, Prose: "one\n\ntwo"}},
	}
	for _, test := range tests {
		text := "Note: a title\n\n" + test.header + "\n-- transcript --\n"
		got, err := Parse("dir/name.txtar", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", test.header, err)
			continue
		}
		want := test.want
		want.Name, want.File, want.Text, want.Title = "name", "dir/name.txtar", text, "Note: a title"
		if d := cmp.Diff(&want, got); d != "" {
			t.Errorf("%q:\n%s", test.header, d)
		}
	}
}

// TestMisspeltHeaders: what was meant as a header is not taken for prose.
func TestMisspeltHeaders(t *testing.T) {
	for line, want := range map[string]string{
		"Needs:kernel >= 9":        "Needs",
		"needs: kernel >= 9":       "Needs",
		"NEEDS : kernel >= 9":      "Needs",
		"Needs:\u00a0kernel >= 9":  "Needs",
		"Taints:\tW":               "Taints",
		"Taints : W":               "Taints",
		"taints:W":                 "Taints",
		"symptom: WARNING klp_x":   "Symptom",
		"Cpus:2":                   "CPUs",
		"The state: it needs: x":   "",
		"the case needs: x":        "",
		"memory":                   "",
		"what the kernel\nneeds:":  "",
		" needs: kernel >= 9":      "",
		"leaves::of":               "Leaves",
		"https://kernel.org/needs": "",
	} {
		_, err := Parse("t", []byte("A title.\n\n"+line+"\n-- transcript --\n"))
		said := "t:3: this looks like the header " + want + ", which is written " + want + ": VALUE; a blank before a line makes it prose"
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != said) {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// TestTitleIsNoHeader: a file without a title does not lose its first header.
func TestTitleIsNoHeader(t *testing.T) {
	for line, ok := range map[string]bool{"memory: a leak": true, "Note: a title": true, "Needs:kernel >= 9": false, "Taints : W": false} {
		if _, err := Parse("t", []byte(line+"\n\n-- transcript --\n")); (err == nil) != ok {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestLeavesAreBounded(t *testing.T) {
	many := strings.Repeat("a,", maxLeaves)
	if _, err := Parse("t", []byte("T\nLeaves: "+many+"\n-- transcript --\n")); err != nil {
		t.Error(err)
	}
	if _, err := Parse("t", []byte("T\nLeaves: "+many+"a\n-- transcript --\n")); err == nil {
		t.Error("no bound")
	}
}

// TestSectionLines: each section knows where in the file it begins.
func TestSectionLines(t *testing.T) {
	for _, end := range []string{"", "\n"} {
		data := "T\n\n-- a.h --\n-- transcript --\n% sh x\n\n-- b.c --\none\ntwo" + end
		p := &problems{file: "t"}
		lines := strings.Split(data, "\n")
		var names []string
		for _, s := range p.sections([]byte(data)) {
			names = append(names, s.name)
			if s.name != "" && lines[s.line-2] != "-- "+s.name+" --" {
				t.Errorf("section %s begins in line %d", s.name, s.line)
			}
			s.lines(func(n int, line string) {
				if lines[n-1] != line {
					t.Errorf("line %d of %s is %q", n, s.name, line)
				}
			})
		}
		if d := cmp.Diff([]string{"", "a.h", "transcript", "b.c"}, names); d != "" {
			t.Error(d)
		}
	}
}

func TestSourcesAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("T\n-- transcript --\n")
	for i := range maxSources + 1 {
		b.WriteString("-- a" + strings.Repeat("a", i) + ".c --\n")
	}
	_, err := Parse("t", []byte(b.String()))
	if err == nil || err.Error() != "t:35: more than 32 source files" {
		t.Errorf("%v", err)
	}
	long := "T\n-- transcript --\n-- " + strings.Repeat("a", 51) + ".c --\n"
	if _, err := Parse("t", []byte(long)); err != nil {
		t.Error(err)
	}
	if _, err := Parse("t", []byte(strings.Replace(long, "aaa", "aaaa", 1))); err == nil {
		t.Error("a name of 54 bytes")
	}
}
