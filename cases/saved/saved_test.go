// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/model"
)

const release = "6.12.117"

// run runs a case on the model of a healthy kernel; false if it does not model the case.
func run(t *testing.T, c *casefile.Case) (judge.Result, bool) {
	t.Helper()
	m, err := model.New("6.12")
	if err != nil {
		t.Fatal(err)
	}
	res := judge.Run(t.Context(), m, c)
	return res, res.Verdict == judge.Pass
}

// forms make texts with the log of a run.
var forms = map[string]func(judge.Observation, []casefile.Step) string{"console": console, "dmesg": dmesg, "session": session}

func console(o judge.Observation, _ []casefile.Step) string {
	text := "<5>[    0.000000] Linux version " + release + " (root@host)\r\n<14>[    1.0] klptest: agent listens\r\n<12>[    1.1] % (begin)\r\n"
	for _, r := range records(o) {
		text += fmt.Sprintf("<%d>[    2.000000] %s\r\n", r.Facility<<3|r.Level, r.Text)
	}
	return text + "<12>[    3.0] % (end)\r\n"
}

func dmesg(o judge.Observation, _ []casefile.Step) string {
	text := "[    0.000000] Linux version " + release + " (root@host)\n[    0.100000] usb 1-1: new device\n"
	for i, r := range records(o) {
		if r.Facility == 0 {
			text += fmt.Sprintf("[    2.%06d] %s\n[    2.%06d] audit: type=1400\n", i, r.Text, i)
		}
	}
	return text
}

func session(o judge.Observation, steps []casefile.Step) string {
	text := "$ sudo dmesg -C\n"
	for i, s := range steps {
		text += "root@host:~# " + strings.Replace(s.Command.Text, "insmod klp_a", "sudo insmod ./klp_a.ko", 1) + "\n"
		if out := strings.TrimSuffix(o.Answers[i].Output, "\n"); out != "" {
			text += out + "\n"
		}
	}
	return text + "root@host:~# dmesg\n" + dmesg(o, nil)
}

func records(o judge.Observation) (list []machine.Record) {
	for _, a := range o.Answers {
		list = append(list, a.Records...)
	}
	return append(list, o.End.Records...)
}

// TestHealthy: each shipped case passes with each form of a healthy kernel's log.
func TestHealthy(t *testing.T) {
	list, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	judged := 0
	for _, c := range list {
		res, ok := run(t, c)
		if !ok {
			continue
		}
		judged++
		for name, form := range forms {
			if name == "session" && slices.ContainsFunc(c.Steps, func(s casefile.Step) bool { return s.Command.Verb == machine.Hold || s.Command.Verb == machine.Wait }) {
				continue // no shell has these
			}
			steps := c.Resolve(res.Observation.Facts)
			facts := res.Observation.Facts
			facts.Release = "" // the text has it
			j, err := Judge(t.Context(), c, []byte(form(res.Observation, steps)), facts)
			if err != nil || j.Verdict != judge.Pass {
				t.Errorf("%s, %s: %s, %q, %v\n%s", c.Name, name, j.Verdict, j.Reasons, err, j.Diff)
			}
		}
	}
	if judged < 100 {
		t.Errorf("only %d cases were judged", judged)
	}
}

// TestMissing: a log that lacks a record fails at that record's line, and one that ends
// early proves nothing.
func TestMissing(t *testing.T) {
	c := load(t, "state-takeover-higher")
	res, _ := run(t, c)
	lines := strings.SplitAfter(console(res.Observation, nil), "\n")
	for i, line := range lines {
		if !strings.Contains(line, "klp_b: post_patch") {
			continue
		}
		without := strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "")
		j, err := Judge(t.Context(), c, []byte(without), machine.Facts{})
		if err != nil || j.Verdict != judge.Fail || !strings.Contains(j.Reasons[0], "klp_b: post_patch") {
			t.Errorf("without %s: %s, %q, %v", line, j.Verdict, j.Reasons, err)
		}
		j, err = Judge(t.Context(), c, []byte(strings.Join(lines[:i], "")), machine.Facts{})
		if err != nil || j.Verdict != judge.Error || !strings.HasPrefix(j.Reasons[0], "the log ends at command 2 of ") {
			t.Errorf("up to %s: %s, %q, %v", line, j.Verdict, j.Reasons, err)
		}
		return
	}
	t.Error("the case has no such line")
}

func load(t *testing.T, name string) *casefile.Case {
	t.Helper()
	c, err := cases.LoadOne(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const small = `A small case.

Needs: config 64BIT

-- transcript --
% insmod klp_a
livepatch: enabling patch 'klp_a'
livepatch: 'klp_a': initializing patching transition
livepatch: 'klp_a': starting patching transition
[sysfs stack_order] livepatch: something
% cat /sys/kernel/livepatch/klp_a/enabled
= 1
% insmod klp_b
! EINVAL
% rmmod klp_a
`

func TestJudge(t *testing.T) {
	const (
		up      = "livepatch: enabling patch 'klp_a'|livepatch: 'klp_a': initializing patching transition|livepatch: 'klp_a': starting patching transition|"
		quiet   = "livepatch: enabling patch 'klp_a'|livepatch: 'klp_a': starting patching transition|"
		warning = "------------[ cut here ]------------|WARNING: CPU: 0 PID: 1 at kernel/livepatch/core.c:1 klp_x+0x1/0x2|---[ end trace 0000000000000000 ]---|"
		needs   = "whether the case can run: it needs config 64BIT"
		open    = "line 10, which depends on sysfs stack_order"
		output  = "the output of 1 command"
		errno   = "the errno of 1 command"
		left    = "what is left behind: modules, livepatches, functions, taints, memory"
	)
	for _, test := range []struct {
		name, text, want string // the verdict and the first reason
		unjudged         []string
	}{
		{"a log alone", up, "PASS", []string{needs, open, output, errno, left}},
		{"with what depends on the kernel", up + "livepatch: something|", "PASS", []string{needs, open, output, errno, left}},
		{"without debug lines", quiet, "PASS", []string{needs, open, "livepatch's debug lines, of which the log has none", output, errno, left}},
		{"a line of others", up + "[1.0] usb 1-1: x|", "PASS", []string{needs, open, "1 line of other parts of the kernel", output, errno, left}},
		{"a line too many", up + "livepatch: odd|", "FAIL small.txtar:9: nothing more expected here; got: livepatch: odd", []string{needs, open, output, errno, left}},
		{"a warning before it", warning + up, "PASS", []string{needs, open, "1 splat before the first line of the case", output, errno, left}},
		{"a warning in it", up + warning, "FAIL unexpected WARNING klp_x: WARNING: CPU: 0 PID: 1 at kernel/livepatch/core.c:1 klp_x+0x1/0x2", []string{needs, open, output, errno, left}},
		{"a session", "% insmod klp_a|" + up + "% cat /sys/kernel/livepatch/klp_a/enabled|1|% insmod klp_b|insmod: ERROR: could not insert module klp_b.ko: Invalid parameters|% rmmod klp_a|", "PASS", []string{needs, open, left}},
		{"another output", "% insmod klp_a|" + up + "% cat /sys/kernel/livepatch/klp_a/enabled|0|% insmod klp_b|% rmmod klp_a|", "FAIL small.txtar:12: expected: = 1; got: = 0", []string{needs, open, errno, left}},
		{"another errno", "% insmod klp_a|" + up + "% cat /sys/kernel/livepatch/klp_a/enabled|% insmod klp_b|insmod: ERROR: could not insert module klp_b.ko: Cannot allocate memory|% rmmod klp_a|", "FAIL small.txtar:14: expected: ! EINVAL; got: ! ENOMEM", []string{needs, open, output, left}},
		{"an errno that is not expected", "% insmod klp_a|insmod: ERROR: could not insert module klp_a.ko: File exists|" + up + "% cat /sys/kernel/livepatch/klp_a/enabled|% insmod klp_b|% rmmod klp_a|", "FAIL small.txtar:9: nothing more expected here; got: ! EEXIST", []string{needs, open, output, errno, left}},
		{"the beginning", "[1.0] % insmod klp_a|[1.0] livepatch: enabling patch 'klp_a'|", "ERROR the log ends at command 1 of 4, and agrees with the case up to there", []string{needs, open, "livepatch's debug lines, of which the log has none", left}},
		{"the beginning of a log alone", "livepatch: enabling patch 'klp_a'|livepatch: 'klp_a': initializing patching transition|", "ERROR the log ends at command 1 of 4, and agrees with the case up to there", []string{needs, open, left}},
		{"the beginning with what depends on the kernel", "livepatch: enabling patch 'klp_a'|livepatch: something|", "ERROR the log ends at command 1 of 4, and agrees with the case up to there", []string{needs, open, "livepatch's debug lines, of which the log has none", left}},
		{"a session, then the beginning of the log", "% insmod klp_a|% dmesg|livepatch: enabling patch 'klp_a'|livepatch: 'klp_a': initializing patching transition|", "ERROR the log ends at command 1 of 4, and agrees with the case up to there", []string{needs, open, left}},
		{"a session whose log lacks an earlier command's line", "% insmod klp_a|% cat /sys/kernel/livepatch/klp_a/enabled|1|% dmesg|livepatch: enabling patch 'klp_a'|livepatch: 'klp_a': initializing patching transition|", "FAIL small.txtar:9: missing: livepatch: 'klp_a': starting patching transition", []string{needs, open, "what followed: the log ends at command 2 of 4", left}},
		{"the beginning of something else", "[1.0] % insmod klp_a|[1.0] livepatch: odd|", "FAIL small.txtar:7: expected: livepatch: enabling patch 'klp_a'; got: livepatch: odd", []string{needs, open, "livepatch's debug lines, of which the log has none", "what followed: the log ends at command 1 of 4", left}},
	} {
		c, err := casefile.Parse("small.txtar", []byte(small))
		if err != nil {
			t.Fatal(err)
		}
		j, err := Judge(t.Context(), c, []byte(strings.ReplaceAll(test.text, "|", "\n")), machine.Facts{})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := strings.TrimSpace(string(j.Verdict) + " " + strings.Join(j.Reasons[:min(1, len(j.Reasons))], "")); got != test.want {
			t.Errorf("%s: %s, want %s\n%s", test.name, got, test.want, j.Diff)
		}
		if d := cmp.Diff(test.unjudged, j.Unjudged); d != "" {
			t.Errorf("%s: not judged:\n%s", test.name, d)
		}
	}
}

// TestKnownFacts: known facts about the kernel answer conditions.
func TestKnownFacts(t *testing.T) {
	c, err := casefile.Parse("small.txtar", []byte(strings.Replace(small, "config 64BIT", "kernel >= 6.2", 1)))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]judge.Verdict{"[0.0] Linux version 6.1.5 (x)\n": judge.Skip, "[0.0] Linux version 6.2.0-x (x)\n": judge.Fail} {
		if j, err := Judge(t.Context(), c, []byte(text+"livepatch: odd\n"), machine.Facts{}); err != nil || j.Verdict != want {
			t.Errorf("%s: %s, %q, %v", text, j.Verdict, j.Reasons, err)
		}
	}
}

func TestRefused(t *testing.T) {
	command := strings.Replace(small, "% cat", "[config X] % cat", 1)
	for _, test := range []struct{ c, text, want string }{
		{small, "", "the text has no line of livepatch or of the case's modules"},
		{small, "Dear all,\nit fails.\n", "the text has no line of livepatch or of the case's modules"},
		{small, "[1.0] % insmod klp_c\n[1.0] livepatch: enabling patch 'klp_c'\n", "the log is of another case: none of its commands is the first of small.txtar"},
		{small, "% insmod klp_a\n% cat /sys/kernel/livepatch/klp_a/enabled\n1\n% insmod klp_b\n% rmmod klp_a\n", "the text has no line of the kernel's log"},
		{small, "% insmod klp_a\n% cat /sys/kernel/livepatch/klp_a/enabled\n1\n", "the text has no line of the kernel's log"},
		{small, "% insmod klp_a\n% rmmod klp_a\n", "line 2: rmmod klp_a, where the case has cat /sys/kernel/livepatch/klp_a/enabled"},
		{command, "livepatch: x\n", "small.txtar:11: whether this command ran depends on config X, which the log does not tell"},
		{small, strings.Repeat("livepatch: x\n", 60_000), "the text has 60000 lines: paste the part that matters, at most 50000"},
	} {
		c, err := casefile.Parse("small.txtar", []byte(test.c))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Judge(t.Context(), c, []byte(test.text), machine.Facts{}); err == nil || err.Error() != test.want || blame.Of(err) != blame.User {
			t.Errorf("%.40q: %v, want %s", test.text, err, test.want)
		}
	}
}

// TestSilentCase: a case that expects nothing of the log is judged without one.
func TestSilentCase(t *testing.T) {
	c, err := casefile.Parse("silent.txtar", []byte("A.\n\n-- transcript --\n% insmod klp_a\n% cat /x\n= 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]judge.Verdict{"% insmod klp_a\n% cat /x\n1\n": judge.Pass, "% insmod klp_a\n% cat /x\n0\n": judge.Fail} {
		if j, err := Judge(t.Context(), c, []byte(text), machine.Facts{Release: release}); err != nil || j.Verdict != want {
			t.Errorf("%q: %s, %q, %v", text, j.Verdict, j.Reasons, err)
		}
	}
}

func FuzzJudge(f *testing.F) {
	c, err := casefile.Parse("small.txtar", []byte(small))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("% insmod klp_a\n[1.0] livepatch: enabling patch 'klp_a'\n$ dmesg\n<4>[2.0] livepatch: x\n")
	f.Add("[1.0] % insmod klp_a\n[1.1] ------------[ cut here ]------------\n% cat /sys/kernel/livepatch/klp_a/enabled\n= 1\n")
	f.Add("insmod: ERROR: could not insert module klp_b.ko: Invalid parameters\n\xff\xfe\x00")
	f.Fuzz(func(t *testing.T, text string) {
		j, err := Judge(t.Context(), c, []byte(text), machine.Facts{})
		if err != nil {
			if blame.Of(err) != blame.User {
				t.Errorf("%v", err)
			}
			return
		}
		if (j.Verdict == judge.Fail || j.Verdict == judge.Error) && len(j.Reasons) == 0 || len(j.Unjudged) == 0 {
			t.Errorf("%s without a reason", j.Verdict)
		}
	})
}

// TestUnread: no form of a log hides a splat. One that cannot be read is no PASS.
func TestUnread(t *testing.T) {
	c := load(t, "state-add")
	res, _ := run(t, c)
	form := func(stamp string, more ...string) string {
		text := ""
		for _, r := range records(res.Observation) {
			if r.Facility == 0 {
				text += stamp + r.Text + "\n"
			}
		}
		return text + strings.Join(more, "\n")
	}
	const warn = "WARNING: CPU: 1 PID: 7 at kernel/livepatch/core.c:1 klp_find_func+0x12/0x50"
	for _, stamp := range []string{
		"Sun 2024-03-03 11:22:33 CET db07 kernel: ", "1709461353.123456 db07 kernel: ", "<6>1 2024-03-03T11:22:33.123456+01:00 db07 kernel - - - ",
		"| ", "2024/03/03 11:22:33 db07! ", "2024-03-03 11:22:33.123 ~ [   12.345678] ",
	} {
		good, err := Judge(t.Context(), c, []byte(form(stamp)), machine.Facts{})
		if err != nil || good.Verdict != judge.Pass {
			t.Errorf("%q: %s, %q, %v", stamp, good.Verdict, good.Reasons, err)
		}
		bad, err := Judge(t.Context(), c, []byte(form(stamp, stamp+warn)), machine.Facts{})
		if err != nil || bad.Verdict != judge.Fail {
			t.Errorf("%q with a splat: %s, %q, %v", stamp, bad.Verdict, bad.Reasons, err)
		}
	}
	j, err := Judge(t.Context(), c, []byte(form("", "2024/03/03 11:22:33 db07! x", "db07! "+warn)), machine.Facts{})
	if err != nil || j.Verdict != judge.Error || !strings.Contains(j.Reasons[0], " has a splat behind") || !slices.ContainsFunc(j.Unjudged, func(s string) bool { return strings.HasPrefix(s, "1 line whose stamp") }) {
		t.Errorf("%s, %q, %q, %v", j.Verdict, j.Reasons, j.Unjudged, err)
	}
}

// TestBoots: of several boots, the last one is judged.
func TestBoots(t *testing.T) {
	c := load(t, "state-add")
	res, _ := run(t, c)
	whole := dmesg(res.Observation, nil)
	lines := strings.SplitAfter(strings.ReplaceAll(whole, "[    2.", "[   72."), "\n")
	j, err := Judge(t.Context(), c, []byte(strings.Join(lines[:len(lines)/2], "")+whole), machine.Facts{})
	if err != nil || j.Verdict != judge.Pass || !slices.Contains(j.Unjudged, "all boots but the last of 2") {
		t.Errorf("%s, %q, %q, %v", j.Verdict, j.Reasons, j.Unjudged, err)
	}
}
