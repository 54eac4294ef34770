// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/emulator"
	"github.com/klptest/klptest/internal/gcov"
)

// Verdict is the outcome of a run of a case.
type Verdict string

// The verdicts; README.md explains them to users.
const (
	Pass  Verdict = "PASS"
	Fail  Verdict = "FAIL"  // the kernel under test is at fault
	Error Verdict = "ERROR" // the rig or its surroundings are at fault
	Skip  Verdict = "SKIP"  // a named condition of the case does not hold
)

// Result is the outcome of one case, with everything that a report needs.
type Result struct {
	Name     string
	Title    string
	File     string // as given by the user, or the shipped name
	Verdict  Verdict
	Reported Reported // whether a FAIL is the symptom that the case names
	Reasons  []string // one short line each; the first is the headline
	Advice   string
	Diff     string // unified, the transcript expected and observed
	Tail     string // of the log: the end of the console when the guest died, otherwise the first unexpected splat
	Log      string // path of the full log, when it was kept
	QEMU     string // the copyable command line of the guest
	Step     int    // how many of the case's commands lead to the failure, with a guest that is alive; 0: not known
	Observed string // the observed transcript
	Expected string // why the case is known to fail on this kernel; see XFail
	Subtests []Subtest
	// Observation is the input of Update.
	Observation Observation
	Duration    time.Duration // of the run that the result is about
	// Updated marks a PASS that was a FAIL before the case's file was rewritten.
	Updated bool
	// Transient marks an ERROR that another attempt may not have.
	Transient bool
	// Confirmation says how often a FAIL occurred.
	Confirmation Confirmation
	// Discarded are the earlier attempts.
	Discarded []Discarded
	// Counters are what the kernel counted during that run; nil: it was not asked, or
	// could not be.
	Counters gcov.Counters
}

// Subtest is a part of a test that has parts, such as a script of several tests.
type Subtest struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"` // why it is not a PASS; may be empty
	Diff    string  `json:"diff,omitempty"`   // unified
}

// Broken returns the result of a case that could not be run to its end: the
// party to blame for the error decides the verdict.
func Broken(c *casefile.Case, err error) Result {
	res := broken(c, err)
	res.Reasons = fewReasons(res.Reasons)
	return res
}

func broken(c *casefile.Case, err error) Result {
	res := newResult(c)
	res.Verdict = Error
	if blame.Of(err) == blame.Kernel {
		res.Verdict = Fail
	}
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		res.Reasons = append(res.Reasons, klog.Escape(line))
	}
	var e *blame.Error
	if errors.As(err, &e) {
		res.Advice, res.Tail, res.Log = e.Advice, c.Locate(e.Tail), e.Path
		res.Transient = e.Transient && res.Verdict == Error
	}
	return res
}

func newResult(c *casefile.Case) Result {
	return Result{Name: c.Name, Title: c.Title, File: c.File}
}

// conclude makes a result from an observation and the error that ended it.
func conclude(c *casefile.Case, o Observation, err error) Result {
	if err != nil {
		o.Broken, _, _ = strings.Cut(err.Error(), "\n")
	}
	f := Judge(c, o)
	if f.fault != nil && !errors.Is(err, emulator.ErrFault) {
		err = f.fault // the cause, whatever error it led to
	}
	res := newResult(c)
	res.Verdict, res.Reasons, res.Reported = f.Verdict, f.Reasons, f.Reported
	res.Step = f.Step
	splats := f.unexpected
	if err != nil {
		res = brokenOff(c, f, err)
		res.Step = max(0, f.Step-1) // the last one may have killed the guest
		console := splatsIn(c, res.Tail)
		res.Reported = reportedBy(c, res, f, console)
		splats = slices.Concat(splats, console)
	}
	res.Reasons = fewReasons(res.Reasons)
	res.Tail = cmp.Or(res.Tail, f.Splat)
	if res.Reported != "" {
		res.Reasons = append([]string{fmt.Sprintf("%s (%s)", res.Reported, c.Symptom)}, res.Reasons...)
	}
	if res.Verdict == Fail {
		res.Diff = f.Diff
	}
	res.Observed, res.Observation = f.Observed, o
	return res.expecting(c, o.Facts, splats)
}

// brokenOff returns the result of a case that an error ended. Missing parts
// prove nothing. A splat proves a fault, and so does a wait that timed out,
// since a hanging kernel may not let its guest be inspected; but a stall on a
// starved host does not. A transient error stays an ERROR, because they may have
// the same cause.
func brokenOff(c *casefile.Case, f Finding, err error) Result {
	res := broken(c, err)
	seen := slices.Concat(f.splats, f.stall)
	if res.Transient || !f.proven {
		res.Reasons = slices.Concat(res.Reasons, f.starved, seen)
		return res
	}
	res.Verdict, res.Reasons = Fail, append(seen, res.Reasons...)
	return res
}
