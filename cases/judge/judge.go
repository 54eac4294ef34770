// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/splat"
)

// Finding is the judgement of an observation.
type Finding struct {
	Verdict  Verdict
	Reasons  []string // one short line each; the first is the headline
	Diff     string   // unified, with the first wrong line marked; empty when the transcripts agree
	Line     int      // of the case's file: the first wrong one; 0 when the transcripts agree
	Step     int      // see Result
	Observed string   // the observed transcript
	Agreed   int      // lines of Observed before the first wrong one
	Wanted   string   // the line that is expected there; empty: none, or the transcripts agree
	Blocked  []string // the purpose of a wait that timed out, and the tasks that block it, one a line
	Splat    string   // the log of the first splat that the case does not name, or its beginning

	Reported Reported // whether a FAIL is the symptom that the case names

	fault      error        // of the emulator, see package emulator; nil: none
	unexpected []klog.Entry // the splats that the case does not name
	splats     []string     // the same as reasons, and a cut one
	stall      []string     // a wait that timed out because of the kernel
	starved    []string     // why a stall proves nothing
	proven     bool         // a splat or a wait proves a fault of the kernel, whatever else is missing
	beyond     []string     // reasons that no change of the transcript removes
}

// Judge compares an observation with the case. It is pure: the same observation
// always gets the same finding.
//
// A run that the emulator spoiled is an Error, whatever else it shows. In any
// other run, a splat is the kernel's fault. Without a splat, a run that proves
// nothing, because a part of it is missing or the host starved the guest, is an
// Error.
func Judge(c *casefile.Case, o Observation) Finding {
	j := newJudgement(c, o)
	d := j.compare()
	f := Finding{Diff: d.unified, Line: d.line, Step: j.place(d), Observed: joinLines(j.observed()), Splat: j.firstSplat(), fault: j.fault, unexpected: j.unexpected, splats: j.splats()}
	rig, stall := j.rigFaults(), j.stallLines()
	if !j.excused() {
		f.stall = stall
	}
	f.starved = j.starved()
	f.proven = j.crashed() || len(f.stall) > 0 || j.stallLogged() && len(f.starved) == 0
	left := j.leftovers()
	f.Agreed, f.Wanted, f.Blocked = d.agreed, d.wanted, stall
	f.Reasons = slices.Concat(j.faultLines(), f.splats, rig, stall)
	f.beyond = slices.Concat(f.Reasons, left)
	f.Verdict = j.verdict(len(f.beyond) > 0 || f.Diff != "", len(rig) > 0)
	if f.Diff != "" && f.Verdict == Fail {
		f.Reasons = append(f.Reasons, fmt.Sprintf("%s:%d: %s", c.File, d.line, d.text))
	}
	f.Reasons = append(f.Reasons, left...)
	f.Reported = j.reported(f)
	return f
}

// judgement is a case and an observation of it, side by side.
type judgement struct {
	c     *casefile.Case
	o     Observation
	steps []casefile.Step // those that ran
	total int             // number of the case's steps that should run
	whole bool            // all of these ran, and no others, to the end
	log   kernelLog
	fault error // of the emulator

	unexpected []klog.Entry // the splats that the case does not name
}

func newJudgement(c *casefile.Case, o Observation) *judgement {
	steps := c.Resolve(o.Facts)
	ran := min(len(o.Answers), len(steps))
	stall, _ := o.stall()
	j := &judgement{c: c, o: o, steps: steps[:ran], total: len(steps), whole: len(o.Answers) == len(steps) && stall == nil && o.Broken == ""}
	own := klog.OwnNames(c.Modules())
	folded, open := klog.Fold(without(c.Ignores, klog.Entries(o.Records())), own)
	if o.Facts.Noisy {
		folded = concerning(folded, j.steps, own)
	}
	j.log = readLog(j.steps, folded, own)
	j.log.open = open
	j.unexpected = unnamed(j.steps, j.log.entries)
	j.fault = o.emulatorFault()
	return j
}

func (j *judgement) verdict(anything, rig bool) Verdict {
	switch {
	case !anything:
		return Pass
	case j.fault != nil, rig && !j.crashed():
		return Error
	}
	return Fail
}

// place returns how many of the case's commands lead to the fault: those up to the
// first wrong line, or all that ran.
func (j *judgement) place(d difference) int {
	ran := len(j.steps)
	if d.unified != "" {
		ran = d.step
	}
	if ran == 0 {
		return 0
	}
	last := j.steps[ran-1].Line
	return 1 + slices.IndexFunc(j.c.Steps, func(s casefile.Step) bool { return s.Line == last })
}

func (j *judgement) faultLines() []string {
	if j.fault == nil {
		return nil
	}
	return []string{klog.Escape(j.fault.Error())}
}

func (j *judgement) compare() difference {
	return compare(j.c.File, expected(j.steps), j.observed())
}

// unnamed returns the splats in a log that no step expects.
func unnamed(steps []casefile.Step, log []klog.Entry) []klog.Entry {
	allowed := map[string]int{}
	for _, s := range steps {
		for _, e := range s.Expect {
			allowed[e.Text]++
		}
	}
	return slices.DeleteFunc(slices.Clone(log), func(e klog.Entry) bool {
		allowed[e.Fold]--
		return !e.Splat || allowed[e.Fold] >= 0
	})
}

func (j *judgement) splats() []string {
	var list []string
	for _, e := range j.unexpected {
		list = append(list, splatLine(e))
	}
	if j.log.open {
		list = append(list, "the log ends inside a splat")
	}
	return list
}

func splatLine(e klog.Entry) string {
	return fmt.Sprintf("unexpected %s: %s", e.Fold[len(klog.FoldPrefix):], klog.Escape(e.Text))
}

func (j *judgement) firstSplat() string {
	if len(j.unexpected) == 0 {
		return ""
	}
	var lines []string
	for _, line := range j.unexpected[0].Body {
		lines = append(lines, klog.Clip(klog.Escape(line), maxShown))
	}
	return joinLines(lines)
}

// crashed reports whether the log shows a fault of the kernel that a slow host
// does not explain.
func (j *judgement) crashed() bool {
	return slices.ContainsFunc(j.unexpected, func(e klog.Entry) bool {
		return !e.Is(splat.Stall)
	})
}

// stallLogged reports whether the kernel itself logged a stall.
func (j *judgement) stallLogged() bool {
	return slices.ContainsFunc(j.unexpected, func(e klog.Entry) bool { return e.Is(splat.Stall) })
}

// Starved is why an observation proves nothing when the host was too busy.
const Starved = "the host gave the guest less than half of the processor time that it asked for"

// rigFaults says why the observation proves nothing.
func (j *judgement) rigFaults() []string {
	list := j.markerFaults()
	stall, _ := j.o.stall()
	switch {
	case j.o.Broken != "":
		list = append(list, "the run was broken off: "+klog.Escape(j.o.Broken))
	case stall == nil && !j.whole:
		list = append(list, fmt.Sprintf("%d of %d commands ran", len(j.o.Answers), j.total))
	case len(j.starved()) > 0:
		list = append(list, j.starved()...)
	case j.excused():
		list = append(list, fmt.Sprintf("the case's time limit of %s left no more than %s for a wait", limitOf(j.c), shortened(stall.Limit)))
	}
	return list
}

// starved says that the host explains a stall.
func (j *judgement) starved() []string {
	stall, _ := j.o.stall()
	if stall != nil && stall.Starved || j.o.End.Starved && j.stallLogged() {
		return []string{Starved}
	}
	return nil
}

// excused reports whether a wait that timed out says nothing about the kernel: the host
// starved the guest, or earlier commands left the wait little of its time. Every command
// takes some of the case's time, so half of the time still counts as enough.
func (j *judgement) excused() bool {
	stall, _ := j.o.stall()
	return stall != nil && (stall.Starved || stall.Limit > 0 && stall.Limit < waitLimit(j.c)/2)
}

// markerFaults says why the log's lines cannot be assigned to the commands.
// When a marker is forged, others are out of order and seem to be missing.
func (j *judgement) markerFaults() []string {
	var list []string
	for _, text := range j.log.surplus {
		list = append(list, "the log has an extra marker for "+text)
	}
	if len(list) > 0 {
		return list
	}
	for _, i := range j.log.lost {
		list = append(list, "the marker of "+j.steps[i].Command.Marker()+" is missing from the log")
	}
	return list
}

func (j *judgement) stallLines() []string {
	stall, i := j.o.stall()
	if stall == nil || i >= len(j.steps) {
		return nil
	}
	return linesOf(stall, j.steps[i].Command.Text)
}
