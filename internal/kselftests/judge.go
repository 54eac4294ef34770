// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

// skipStatus is the exit status of a script that cannot run here (KSFT_SKIP,
// tools/testing/selftests/kselftest.h).
const skipStatus = "exit 4"

// judge makes the result from the observation and the error that ended it.
func (t Test) judge(o judge.Observation, err error) judge.Result {
	faults := o.Faults()
	switch {
	case faults.Emulator != nil:
		return t.Broken(faults.Emulator)
	case err != nil:
		return t.died(o, faults, err)
	case starved(o, faults):
		return t.Broken(errStarved)
	}
	a := o.Answers[0]
	res := t.result()
	res.Observation = o
	res.Subtests = parse(a.Output)
	if out := t.outOfTime(a); out != "" {
		if o.End.Starved || a.Stall != nil && a.Stall.Starved {
			return t.Broken(errStarved)
		}
		res.Subtests = withLog(res.Subtests, begun(text(a.Records)))
		res.Reasons = append(res.Reasons, out+within(res.Subtests))
	}
	res.Reasons = append(slices.Clone(faults.Splats), res.Reasons...)
	res.Tail = faults.Log
	return t.conclude(res, a)
}

// starved reports whether the host explains all that the log shows: stalls.
func starved(o judge.Observation, faults judge.Faults) bool {
	return o.End.Starved && len(faults.Splats) > 0 && !faults.Crashed
}

// died returns the result of a script whose guest died or could not be reached.
func (t Test) died(o judge.Observation, faults judge.Faults, err error) judge.Result {
	res := t.Broken(err)
	res.Observation = o
	if res.Transient {
		return res
	}
	switch {
	case starved(o, faults):
		res.Reasons = slices.Concat(res.Reasons, []string{judge.Starved}, faults.Splats)
	case len(faults.Splats) > 0:
		res.Verdict, res.Reasons = judge.Fail, append(slices.Clone(faults.Splats), res.Reasons...)
	}
	log := res.Tail
	if whole := consoleOf(err); whole != "" {
		log = whole
	}
	res.Subtests = withLog(nil, begun(log))
	if n := len(res.Subtests); n > 0 && res.Verdict == judge.Fail {
		res.Reasons[0] += within(res.Subtests)
		res.Subtests[n-1].Verdict, res.Subtests[n-1].Reason = judge.Fail, "the kernel died"
	}
	return t.complete(res)
}

// maxConsole is more than a kernel logs while the scripts run.
const maxConsole = 16 << 20

// consoleOf returns the log of a guest that died; empty: unknown.
func consoleOf(err error) string {
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Path == "" {
		return ""
	}
	f, openErr := os.Open(e.Path)
	if openErr != nil {
		return ""
	}
	defer f.Close()
	data, _ := io.ReadAll(io.LimitReader(f, maxConsole)) // whatever can be read
	return string(data)
}

// text returns a log as text.
func text(records []machine.Record) string {
	var b strings.Builder
	for _, r := range records {
		b.WriteString(r.Text + "\n")
	}
	return b.String()
}

// outOfTime says why the script did not end by itself; empty: it did.
func (t Test) outOfTime(a machine.Answer) string {
	switch {
	case a.Stall != nil && a.Stall.Died:
		return "the kernel ended the script"
	case a.Stall != nil && a.Stall.OfCommand():
		return fmt.Sprintf("the script did not end within %v, and cannot be killed", t.limit)
	case a.Stall != nil:
		return "the script leaves what does not end: " + a.Stall.What
	case a.Errno == timedOut:
		return fmt.Sprintf("the script did not end within %v", t.limit)
	}
	return ""
}

// within names the test that has not ended.
func within(tests []judge.Subtest) string {
	if n := len(tests); n > 0 && tests[n-1].Verdict == "" {
		return fmt.Sprintf(", in the test %q", tests[n-1].Name)
	}
	return ""
}

// conclude finds the verdict of a script that has ended.
func (t Test) conclude(res judge.Result, a machine.Answer) judge.Result {
	res.Verdict = judge.Pass
	if err := unable(a); err != nil && len(res.Reasons) == 0 {
		return t.Broken(err)
	}
	if err := slow(res.Subtests); err != nil && len(res.Reasons) == 0 && res.Observation.Facts.Emulated {
		return t.late(res, err)
	}
	for _, sub := range res.Subtests {
		if sub.Verdict == judge.Fail {
			res.Reasons = append(res.Reasons, strings.TrimSuffix(fmt.Sprintf("the test %q fails: %s", sub.Name, sub.Reason), ": "))
			res.Diff = cmp.Or(res.Diff, sub.Diff)
		}
	}
	switch last := lastWords(a.Output); {
	case a.Errno == skipStatus && len(res.Reasons) == 0:
		res.Verdict, res.Reasons = judge.Skip, []string{strings.TrimPrefix(cmp.Or(last, "the script skips itself"), saysSkip)}
	case a.Errno != "" && len(res.Reasons) == 0:
		res.Reasons = []string{saying(a)}
	}
	if len(res.Reasons) > 0 && res.Verdict == judge.Pass {
		res.Verdict = judge.Fail
	}
	if why := t.untested(res); why != "" {
		res.Verdict, res.Reasons = judge.Error, []string{why}
	}
	return t.complete(res)
}

// untested says why a PASS shows nothing; empty: it shows something.
func (t Test) untested(res judge.Result) string {
	if res.Verdict != judge.Pass {
		return ""
	}
	for _, sub := range res.Subtests {
		if sub.Verdict == "" {
			return fmt.Sprintf("the script ends without a result of the test %q", sub.Name)
		}
	}
	if len(res.Subtests) == 0 && len(t.script.tests()) > 0 {
		return "the script ends without having begun any of its tests"
	}
	return ""
}

// saying returns a script's status and last words.
func saying(a machine.Answer) string {
	return strings.TrimSuffix(a.Errno+": "+lastWords(a.Output), ": ")
}

// lastWords returns the last line that is not empty.
func lastWords(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	last := lines[len(lines)-1]
	if m := started.FindStringSubmatch(last); m != nil {
		return m[2]
	}
	return last
}

// complete gives each test of the script a verdict, SKIP if it was not reached.
// It bounds the result, so that a report can show it whatever the script printed.
func (t Test) complete(res judge.Result) judge.Result {
	seen := map[string]bool{}
	for i := range res.Subtests {
		sub := &res.Subtests[i]
		seen[sub.Name] = true
		if sub.Verdict == "" {
			sub.Verdict, sub.Reason = res.Verdict, "it did not end"
		}
	}
	for _, name := range t.script.tests() {
		if !seen[name] && res.Verdict != judge.Pass && res.Verdict != judge.Skip {
			res.Subtests = append(res.Subtests, judge.Subtest{Name: name, Verdict: judge.Skip, Reason: "not run"})
		}
	}
	return judge.Bounded(res)
}
