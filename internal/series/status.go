// SPDX-License-Identifier: Apache-2.0

package series

import (
	"slices"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
)

// Status returns the exit status of a series. An ERROR is nobody's fault, but then it is
// not known that no patch is at fault. The same goes for a kernel on which nothing was
// run.
func Status(steps []Step) int {
	switch {
	case Guilty(steps):
		return exit.Failed
	case slices.ContainsFunc(steps, Step.troubled):
		return exit.Error
	case slices.ContainsFunc(steps, Step.idle):
		return exit.Nothing
	}
	return exit.Passed
}

// troubled reports whether a case could not be judged on the kernel.
func (s Step) troubled() bool {
	return slices.ContainsFunc(s.Results, func(r judge.Result) bool { return r.Verdict == judge.Error })
}

// idle reports whether no case was judged on a kernel that could be run.
func (s Step) idle() bool {
	return s.Fault == None && !slices.ContainsFunc(s.Results, func(r judge.Result) bool { return judged(r.Verdict) })
}

// judged reports whether a verdict says something about the kernel.
func judged(v judge.Verdict) bool { return v == judge.Pass || v == judge.Fail }

// unjudged returns, for each step, the cases that should have a verdict about the
// kernel, and have none. On a kernel that cannot be run, no case should.
func unjudged(steps []Step) (list [][]judge.ID) {
	all, before := cases(steps), map[judge.ID]judge.Verdict{}
	for _, s := range steps {
		now := verdicts(s)
		list = append(list, slices.DeleteFunc(slices.Clone(all), func(id judge.ID) bool {
			return s.Fault != None || !s.lacks(id, now, before)
		}))
		for id, v := range now {
			if !judged(before[id]) {
				before[id] = v
			}
		}
	}
	return list
}

// lacks reports whether a case should have a verdict now. A patch may add a test, which
// the kernels before it lack. But if none of the cases can be run on a kernel, only one
// of them gets an ERROR.
func (s Step) lacks(id judge.ID, now, before map[judge.ID]judge.Verdict) bool {
	v, ran := now[id]
	_, known := before[id]
	switch {
	case !ran:
		return known || s.troubled()
	case v == judge.Skip:
		return judged(before[id])
	}
	return !judged(v)
}
