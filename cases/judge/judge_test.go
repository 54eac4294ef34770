// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

func TestJudgeCorpus(t *testing.T) {
	for _, f := range corpus(t, "testdata/observed/*.txtar") {
		t.Run(f.c.Name, func(t *testing.T) {
			f.golden(t, "finding", show(Judge(f.c, f.o)))
		})
	}
}

func TestJudgeIsPure(t *testing.T) {
	for _, f := range corpus(t, "testdata/observed/*.txtar") {
		first := Judge(f.c, f.o)
		again := readCorpus(t, f.path)
		if d := cmp.Diff(show(first), show(Judge(f.c, f.o))); d != "" {
			t.Errorf("%s: the second finding differs:\n%s", f.path, d)
		}
		if d := cmp.Diff(again.o, f.o); d != "" {
			t.Errorf("%s: Judge changed the observation:\n%s", f.path, d)
		}
		if d := cmp.Diff(again.c, f.c); d != "" {
			t.Errorf("%s: Judge changed the case:\n%s", f.path, d)
		}
	}
}

// passing returns the files of the corpus whose case passes.
func passing(t testing.TB) []*corpusFile {
	var list []*corpusFile
	for _, f := range corpus(t, "testdata/observed/*.txtar") {
		if Judge(f.c, f.o).Verdict == Pass {
			list = append(list, f)
		}
	}
	if len(list) < 5 {
		t.Fatalf("only %d cases of the corpus pass", len(list))
	}
	return list
}

// TestEachExpectedLineCounts changes, drops and doubles each line that a
// passing case expects: the case fails, and the diff shows the line.
func TestEachExpectedLineCounts(t *testing.T) {
	changes := map[string]func(string) string{
		"changed": changeLine,
		"dropped": func(string) string { return "" },
		"doubled": func(line string) string { return line + "\n" + line },
	}
	for _, f := range passing(t) {
		for _, s := range f.c.Resolve(f.o.Facts) {
			for _, e := range s.Expect {
				for how, change := range changes {
					if e.Kind == casefile.Errno && how == "doubled" {
						continue // not a case
					}
					checkChanged(t, f, e, how, change)
				}
			}
		}
	}
}

// TestReplay: splats and stacks are replayed as well.
func TestReplay(t *testing.T) {
	c := mustParse(t, "% insmod klp_a\n* WARNING klp_get_prev_state\n* stack\n\\% x\n! EINVAL\n[sysfs replace] % cat /x\n= 1\n= 2")
	if f := Judge(c, replay(c)); f.Verdict != Pass {
		t.Errorf("%s because of %q:\n%s", f.Verdict, f.Reasons, f.Diff)
	}
}

// TestEachShippedLineCounts changes each line that a shipped case expects.
func TestEachShippedLineCounts(t *testing.T) {
	for _, f := range replayed(t) {
		for _, s := range f.c.Resolve(f.o.Facts) {
			for _, e := range s.Expect {
				checkChanged(t, f, e, "changed", changeLine)
			}
		}
	}
}

// TestEachRecordCounts: a shipped case fails when the kernel logs any line of
// it a second time, or not at all.
func TestEachRecordCounts(t *testing.T) {
	for _, f := range replayed(t) {
		if got := Judge(f.c, f.o); got.Verdict != Pass {
			t.Errorf("%s: %s because of %q", f.path, got.Verdict, got.Reasons)
		}
		for i, r := range f.o.End.Records {
			without, twice := f.o, f.o
			without.End.Records = slices.Delete(slices.Clone(f.o.End.Records), i, i+1)
			twice.End.Records = slices.Insert(slices.Clone(f.o.End.Records), i, r)
			if got := Judge(f.c, without); got.Verdict == Pass {
				t.Errorf("%s: passes without %q", f.path, r.Text)
			}
			if got := Judge(f.c, twice); got.Verdict == Pass {
				t.Errorf("%s: passes with two of %q", f.path, r.Text)
			}
		}
	}
}

func checkChanged(t *testing.T, f *corpusFile, e casefile.Expected, how string, change func(string) string) {
	t.Helper()
	lines := strings.Split(string(f.data), "\n")
	old := lines[e.Line-1]
	lines[e.Line-1] = change(old)
	c, err := casefile.Parse(f.c.File, []byte(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatalf("%s:%d %s: %v", f.path, e.Line, how, err)
	}
	got := Judge(c, f.o)
	if got.Verdict != Fail {
		t.Errorf("%s:%d %s: %s", f.path, e.Line, how, got.Verdict)
	}
	if how == "changed" && (got.Line != e.Line || !strings.Contains(got.Diff, fmt.Sprintf("    <-- %s:%d\n", f.c.File, e.Line))) {
		t.Errorf("%s:%d %s: line %d\n%s", f.path, e.Line, how, got.Line, got.Diff)
	}
	if !strings.Contains(got.Diff, e.Text) {
		t.Errorf("%s:%d %s: the diff lacks %q:\n%s", f.path, e.Line, how, e.Text, got.Diff)
	}
}

// changeLine makes another line of the same kind.
func changeLine(line string) string {
	if head, name, ok := strings.Cut(line, "! "); ok {
		other := "EXDEV"
		if name == other {
			other = "EPERM"
		}
		return head + "! " + other
	}
	if head, _, ok := strings.Cut(line, klog.FoldPrefix); ok {
		return head + klog.FoldPrefix + "Oops klp_free"
	}
	return line + "x"
}

func TestJudgeShowsNoControlBytes(t *testing.T) {
	c := mustParse(t, "% insmod klp_a\n% sh x")
	o := Observation{
		Answers: []machine.Answer{{Output: "\x1b[2J\n\x00"}, {Errno: "E\x07", Stall: &machine.Stall{
			What: "\x1b[1m", Tasks: []machine.Task{{Comm: "\x1b]0;", Stack: "\x07"}}, Sysfs: "\x1b=1",
		}}},
		End: machine.EndState{Modules: []string{"\x1b[m"}, Patches: []string{"\x9b"}, Records: []machine.Record{{Text: "a\x1bb\u202ec\xffd"}}},
	}
	f := Judge(c, o)
	for line := range strings.Lines(strings.Join(f.Reasons, "\n") + "\n" + f.Diff + f.Observed) {
		if bad := klog.BadText(strings.TrimSuffix(line, "\n")); bad != "" {
			t.Errorf("%s in %q", bad, line)
		}
	}
}

// A splat that the case does not name is shown, one that it names is not.
func TestJudgeShowsTheSplat(t *testing.T) {
	dump := []string{
		"WARNING: CPU: 0 PID: 7 at kernel/livepatch/state.c:61 klp_get_prev_state+0x5/0x10",
		"RIP: 0010:klp_get_prev_state+0x5/0x10", "Call Trace:", " klp_a_pre_patch+0x1/0x2 [klp_a]", "---[ end trace 0000000000000000 ]---",
	}
	o := Observation{Answers: []machine.Answer{{Records: []machine.Record{
		{Facility: 1, Text: "% insmod klp_a"},
		{Text: "------------[ cut here ]------------\n" + strings.Join(dump, "\n") + "\nnot of it"},
	}}}}
	want := "------------[ cut here ]------------\n" + strings.Join(dump, "\n") + "\n"
	if d := cmp.Diff(want, Judge(mustParse(t, "% insmod klp_a"), o).Splat); d != "" {
		t.Error(d)
	}
	if got := Judge(mustParse(t, "% insmod klp_a\n* WARNING klp_get_prev_state"), o).Splat; got != "" {
		t.Error(got)
	}
	o.Answers[0].Records = append(o.Answers[0].Records[:1], machine.Record{Text: dump[0] + strings.Repeat("\n R\x1b+0x1/0x2", 2*klog.MaxBody)})
	got := Judge(mustParse(t, "% insmod klp_a"), o).Splat
	if n := strings.Count(got, "\n"); n != klog.MaxBody || strings.Contains(got, "\x1b") {
		t.Errorf("%d lines: %q", n, got)
	}
}

func TestJudgeBoundsWhatItShows(t *testing.T) {
	c := mustParse(t, "% insmod klp_a")
	o := Observation{Answers: []machine.Answer{{Records: []machine.Record{
		{Facility: 1, Text: "% insmod klp_a"},
		{Text: strings.Repeat(strings.Repeat("x", 5000)+"\n", 2000)},
	}}}}
	f := Judge(c, o)
	if n := strings.Count(f.Diff, "\n"); n != maxDiff+1 {
		t.Errorf("the diff has %d lines", n)
	}
	if n := len(f.Diff); n > maxDiff*(maxShown+100) {
		t.Errorf("the diff has %d bytes", n)
	}
	if n := len(f.Reasons[0]); n > 200 {
		t.Errorf("the headline has %d bytes", n)
	}
}

func FuzzJudge(f *testing.F) {
	for _, file := range corpus(f, "testdata/observed/*.txtar") {
		kmsg, _ := file.section("kmsg")
		f.Add(file.data, kmsg, "")
	}
	f.Add([]byte("t\n-- transcript --\n% insmod klp_a\n* WARNING\n"), "12,1,1,-;% insmod klp_a\n6,2,2,-;Call Trace:\n", "1\n")
	f.Fuzz(func(t *testing.T, data []byte, kmsg, output string) {
		c, err := casefile.Parse("f.txtar", data)
		if err != nil {
			return
		}
		o := Observation{Facts: machine.Facts{Release: "6.12.1"}}
		for range c.Resolve(o.Facts) {
			o.Answers = append(o.Answers, machine.Answer{Output: output})
		}
		for line := range strings.Lines(kmsg) {
			r := machine.Record{Text: strings.TrimSuffix(line, "\n")}
			if m := dumped.FindStringSubmatch(r.Text); m != nil {
				r.Text = strings.ReplaceAll(m[4], `\x0a`, "\n")
				r.Facility = len(m[1]) / 2 // "6" is the kernel's, "12" is not
			}
			o.End.Records = append(o.End.Records, r)
		}
		got := Judge(c, o)
		if (got.Verdict == Pass) != (len(got.Reasons) == 0) {
			t.Errorf("%s because of %q", got.Verdict, got.Reasons)
		}
		if got.Verdict == Pass && got.Diff != "" {
			t.Errorf("PASS with a diff:\n%s", got.Diff)
		}
	})
}

// A stall that only the log shows is the host's fault when the host starved the
// guest, and the kernel's otherwise; any other splat is the kernel's.
func TestJudgeBlamesAStarvingHost(t *testing.T) {
	stall := "rcu: INFO: rcu_sched self-detected stall on CPU"
	tests := []struct {
		line    string
		starved bool
		want    Verdict
	}{
		{stall, false, Fail},
		{stall, true, Error},
		{"BUG: kernel NULL pointer dereference, address: 0000000000000000", true, Fail},
		{"klp_a: unexpected", true, Fail},
		{"", true, Pass},
	}
	c := mustParse(t, "% insmod klp_a")
	for _, tt := range tests {
		records := []machine.Record{{Facility: 1, Text: "% insmod klp_a"}}
		if tt.line != "" {
			records = append(records, machine.Record{Text: tt.line})
		}
		o := Observation{Answers: []machine.Answer{{Records: records}}, End: machine.EndState{Starved: tt.starved}}
		if f := Judge(c, o); f.Verdict != tt.want {
			t.Errorf("%q, starved %v: %s, want %s\n%q", tt.line, tt.starved, f.Verdict, tt.want, f.Reasons)
		}
	}
}
