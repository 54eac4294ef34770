// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/model"
)

// modelled runs a case on a model of a kernel, and changes the observation
// before it is judged.
func modelled(t testing.TB, c *casefile.Case, change func(*judge.Observation)) Outcome {
	t.Helper()
	m, err := model.New("6.12")
	if err != nil {
		t.Fatal(err)
	}
	res := judge.Run(t.Context(), m, c)
	change(&res.Observation)
	f := judge.Judge(c, res.Observation)
	res.Verdict, res.Reasons, res.Diff, res.Step, res.Tail = f.Verdict, f.Reasons, f.Diff, f.Step, f.Splat
	res.Duration = 1200 * time.Millisecond
	return Outcome{Case: c.Text, Result: res}
}

func shippedCase(t testing.TB, name string) *casefile.Case {
	t.Helper()
	c, err := cases.LoadOne(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func unchanged(*judge.Observation) {}

// forgetful simulates a kernel that finds no previous state in a post_patch callback.
func forgetful(o *judge.Observation) {
	for _, a := range o.Answers {
		for i, r := range a.Records {
			if strings.Contains(r.Text, ": post_patch ") {
				a.Records[i].Text = r.Text[:strings.LastIndex(r.Text, "prev=")] + "prev=none"
			}
		}
	}
}

// warning simulates a kernel that warns in the second command.
func warning(o *judge.Observation) {
	lines := []string{
		"------------[ cut here ]------------",
		"WARNING: CPU: 0 PID: 77 at kernel/livepatch/state.c:71 klp_get_prev_state+0x1f/0x90",
		"Modules linked in: klp_b(OK)", "Call Trace:", " <TASK>", " pre_patch+0x12/0x30 [klp_b]", "klp_b: amid a splat", " </TASK>",
		"---[ end trace 0000000000000000 ]---",
	}
	a := &o.Answers[1]
	for _, line := range lines {
		a.Records = slices.Insert(a.Records, len(a.Records)-1, machine.Record{Usec: 9_000_000, Level: 4, Text: line})
	}
}

// htmlDocs returns two runs of three tests: one passes in both, one fails in one,
// and one warns in both.
func htmlDocs(t testing.TB) []Document {
	takeover, warns, add := shippedCase(t, "state-takeover-higher"), shippedCase(t, "data-copy"), shippedCase(t, "state-add")
	newer := Document{Provenance: Provenance{Kernel: "debian:6.12.117-1", Release: "6.12.117+deb12-amd64", Klptest: "v0.1.0", Tests: []string{"state-add", "state-takeover-higher", "data-copy", "never"}, Flags: []string{"--kernel", "debian:6.12"}, ShellFlags: []string{"--kernel", "debian:6.12"}}}
	older := newer
	older.Kernel, older.Release, older.Tests = "debian:6.1.170-1", "6.1.0-50-amd64", newer.Tests[:3]
	newer.Outcomes = []Outcome{modelled(t, add, unchanged), modelled(t, takeover, forgetful), modelled(t, warns, warning)}
	older.Outcomes = []Outcome{modelled(t, add, unchanged), modelled(t, takeover, unchanged), modelled(t, warns, warning)}
	newer.Ending, older.Ending = Ending{Took: time.Minute, Total: 4, Error: "interrupted"}, Ending{Took: time.Minute, Total: 3}
	return []Document{newer, older}
}

// matrixDocs returns 80 runs of 125 tests, some of which failed.
func matrixDocs(t testing.TB) (docs []Document) {
	pass, fail := htmlDocs(t)[0].Outcomes[0], htmlDocs(t)[0].Outcomes[1]
	for i := range 80 {
		d := Document{Provenance: Provenance{Release: fmt.Sprintf("6.%d.%d-amd64", i/10, i)}}
		for n := range 125 {
			o := pass
			if (7*n+i)%97 == 3 {
				o = fail
			}
			o.Name, o.File = fmt.Sprintf("case-%d", n), fmt.Sprintf("case-%d", n)
			d.Outcomes = append(d.Outcomes, o)
		}
		docs = append(docs, d)
	}
	return docs
}

// manyDocs returns two runs with 10,000 results in total, some of which failed.
func manyDocs(t testing.TB) []Document {
	docs := htmlDocs(t)
	all := docs[0].Outcomes
	for i := range docs {
		docs[i].Outcomes, docs[i].Tests = nil, nil
		for n := range 5000 {
			o := all[0]
			if n%50 == 7 {
				o = all[1+i]
			}
			o.Name, o.File = fmt.Sprintf("%s-%d", o.Name, n), fmt.Sprintf("%s-%d", o.Name, n)
			docs[i].Outcomes = append(docs[i].Outcomes, o)
		}
		docs[i].Ending = Ending{Total: 5000, Took: time.Hour}
	}
	return docs
}
