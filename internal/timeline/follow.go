// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

// maxRows is enough for the longest case, and limits a guest that floods its log.
const maxRows = 600

// maxText limits the bytes of a row's text.
const maxText = 500

// maxLanes is the number of livepatches with a lane; events of others become notes.
const maxLanes = 12

// New makes the timeline of a run.
func New(r Run) Timeline {
	list := steps(r.Transcript)
	f := &follower{lanes: lanesOf(list), wrong: r.Wrong, holders: map[string]int{}, holds: map[string]bool{}}
	f.livepatches = make([]livepatch, len(f.lanes))
	for i, s := range list {
		f.command(s)
		if i < len(r.Times) {
			f.rows[len(f.rows)-1].At = &r.Times[i]
		}
		f.lines(s)
		if i == len(list)-1 {
			f.blocked(s.text, r.Blocked)
		}
	}
	f.expect(len(r.Transcript))
	t := Timeline{Lanes: f.lanes, Rows: f.rows}
	if len(t.Rows) > maxRows {
		t.More, t.Rows = len(t.Rows)-maxRows, t.Rows[:maxRows]
	}
	return t
}

// lanesOf returns the livepatches that the kernel names.
func lanesOf(list []step) (names []string) {
	for _, s := range list {
		for _, line := range s.lines {
			name := parse(line).lane
			if strings.HasPrefix(line, "livepatch: ") && name != "" && len(names) < maxLanes && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// livepatch is what is known about a livepatch at some moment.
type livepatch struct {
	phase    Phase
	replaces bool
	states   []State // its own states when last reported
	enabled  int     // order of enabling: larger means later
}

// follower follows the livepatches row by row.
type follower struct {
	lanes       []string
	livepatches []livepatch
	rows        []Row
	holders     map[string]int  // of data, by name: the lane that has it
	holds       map[string]bool // functions in which a task sleeps
	clock       int
	wrong       *Wrong // nil: already shown, or there is none
	loading     bool   // the command loads a livepatch that was not loaded
	apart       bool   // the line is the wrong one, and gets its own row
}

func (f *follower) lane(name string) int { return slices.Index(f.lanes, name) }

// add adds a row with the current phases of the livepatches.
func (f *follower) add(r Row) {
	r.Text = klog.Clip(r.Text, maxText)
	for i := range f.livepatches {
		r.Phases = append(r.Phases, f.livepatches[i].phase)
	}
	f.rows = append(f.rows, r)
}

// command adds the row of a command, and applies its effects that are not in the log.
func (f *follower) command(s step) {
	f.expect(s.at)
	if lane := f.lane(s.module(machine.Rmmod)); lane != None && s.errno() == "" {
		f.removed(lane)
	}
	if lane := f.lane(s.module(machine.Insmod)); lane != None {
		if f.loading = f.livepatches[lane].phase == Absent; f.loading {
			f.livepatches[lane] = livepatch{replaces: s.replaces()}
		}
	}
	switch s.command.Verb {
	case machine.Hold:
		f.holds[s.command.Args[0]] = true
	case machine.Release:
		delete(f.holds, s.command.Args[0])
	}
	f.add(Row{Kind: Command, Lane: None, From: None, Text: s.text})
}

// removed records that the module of a livepatch is gone. If the livepatch was
// still enabled as far as is known, the one enabled last has replaced it.
func (f *follower) removed(lane int) {
	replaced := len(f.rows)
	for i, r := range slices.Backward(f.rows) {
		if r.Phases[lane] != Enabled {
			break
		}
		if r.Kind == Transition && r.Lane != lane && r.Phases[r.Lane] == Enabled {
			replaced = i
			break
		}
	}
	for _, r := range f.rows[replaced:] {
		r.Phases[lane] = Loaded
	}
	f.livepatches[lane] = livepatch{}
}

// lines adds the rows of the lines after a command.
func (f *follower) lines(s step) {
	for i, line := range s.lines {
		f.apart = f.wrong != nil && f.wrong.Line == s.at+1+i
		f.expect(s.at + 1 + i)
		f.line(s, line)
		last := &f.rows[len(f.rows)-1]
		last.Wrong = last.Wrong || f.apart
	}
	for lane := range f.livepatches {
		f.open(lane)
	}
}

// expect adds the expected line if the transcript differs at line or before.
func (f *follower) expect(line int) {
	if f.wrong == nil || line < f.wrong.Line {
		return
	}
	if f.wrong.Expected != "" {
		f.add(Row{Kind: Missing, Lane: None, From: None, Text: f.wrong.Expected, Wrong: true})
	}
	f.wrong = nil
}

// open adds a row for a transition that has just begun and does not end in its step.
func (f *follower) open(lane int) {
	if !f.livepatches[lane].phase.moving() {
		return
	}
	for _, r := range slices.Backward(f.rows) {
		switch {
		case r.Kind == Open && r.Lane == lane:
			return
		case r.Kind == Command:
			return
		case r.Lane == lane && strings.HasPrefix(r.Text, starts):
			f.add(Row{Kind: Open, Lane: lane, From: None, Text: "stays open", Detail: f.held()})
			return
		}
	}
}

// held names the functions in which a case holds tasks.
func (f *follower) held() string {
	var names []string
	for what := range f.holds {
		names = append(names, "klp_target_hold_"+what+"()")
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "a task sleeps in " + strings.Join(names, ", another in ")
}

// blocked adds what blocks the transition that did not end. The sysfs lines add
// nothing to the picture.
func (f *follower) blocked(command string, lines []string) {
	lane := slices.IndexFunc(f.livepatches, func(l livepatch) bool { return l.phase.moving() })
	for _, line := range lines {
		if strings.HasPrefix(line, "sysfs: ") {
			continue
		}
		line = strings.TrimPrefix(line, machine.MarkerPrefix+command+": ")
		f.add(Row{Kind: Open, Lane: lane, From: None, Text: line})
	}
}
