// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

// line adds the row of a line after a command, and applies its effect to the livepatches.
func (f *follower) line(s step, line string) {
	if output, ok := strings.CutPrefix(line, "="); ok {
		f.add(Row{Kind: Answer, Lane: None, From: None, Text: strings.TrimPrefix(output, " ")})
		return
	}
	if errno, ok := strings.CutPrefix(line, "! "); ok {
		f.failed(s, errno)
		return
	}
	e := parse(line)
	lane := f.lane(e.lane)
	row := Row{Kind: e.kind, Lane: lane, From: None, Text: e.text}
	if lane == None {
		f.add(f.note(line))
		return
	}
	switch e.kind {
	case Callback:
		f.callback(&row, e)
	case Data:
		f.data(&row, e)
	case Transition, Reversal, Failure:
		f.transition(&row, e)
		return
	}
	f.add(row)
}

// note returns the row of a line that is not understood.
func (f *follower) note(line string) Row {
	row := Row{Kind: Note, Lane: None, From: None, Text: strings.TrimPrefix(line, `\`)}
	if strings.HasPrefix(line, klog.FoldPrefix) {
		row.Kind, row.Text = Splat, strings.TrimPrefix(line, klog.FoldPrefix)
	}
	if name, rest, ok := strings.Cut(line, ": "); ok && f.lane(name) != None {
		row.Lane, row.Text = f.lane(name), rest
	}
	return row
}

// failed adds the error of a command. A livepatch that failed to load is gone.
func (f *follower) failed(s step, errno string) {
	lane := f.lane(s.module(machine.Insmod))
	if lane != None && f.loading {
		f.livepatches[lane] = livepatch{}
	}
	f.add(Row{Kind: Errno, Lane: lane, From: None, Text: errno})
}

// callback shows what a callback got, and which livepatches have the previous states.
func (f *follower) callback(row *Row, e event) {
	object, states := parseStates(e.args[1])
	row.Text = strings.TrimSpace(e.args[0] + " " + object)
	for i, s := range states {
		states[i].From = f.holder(row.Lane, s)
	}
	row.States, f.livepatches[row.Lane].states = states, states
}

// holder returns the livepatch with the previous state that a callback got: of the
// enabled ones that have the state in that version, the one enabled last.
func (f *follower) holder(lane int, s State) int {
	found := None
	for i, l := range f.livepatches {
		if i == lane || l.phase == Absent || l.phase == Loaded && l.enabled == 0 || s.Prev.Version == nothing {
			continue
		}
		has := slices.ContainsFunc(l.states, func(have State) bool { return have.ID == s.ID && have.Own.Version == s.Prev.Version })
		if has && (found == None || l.enabled > f.livepatches[found].enabled) {
			found = i
		}
	}
	return found
}

// nothing is the version of a missing state.
const nothing = "none"

// data follows the data of states, which is identified by its name.
func (f *follower) data(row *Row, e event) {
	name := e.args[0]
	if from, known := f.holders[name]; known && from != row.Lane && e.verb != frees {
		row.From = from
	}
	switch e.verb {
	case frees:
		row.Lost = true
		delete(f.holders, name)
	case allocates, takes:
		f.holders[name] = row.Lane
	}
}

// transition follows a transition. Two lines that always occur together share a row.
func (f *follower) transition(row *Row, e event) {
	l := &f.livepatches[row.Lane]
	direction := Patching
	if len(e.args) > 0 && strings.HasPrefix(e.args[0], "unpatch") {
		direction = Unpatching
	}
	switch e.verb {
	case "enabling":
		l.phase = Loaded
	case begins, starts, completes, reverses, cancels:
		l.phase = direction
	case fails, "refused":
		l.phase = Absent
	case ends:
		f.ended(row, direction)
		return
	}
	if !f.joins(row, e) {
		f.add(*row)
	}
}

// joins appends a step of a transition to the row of the previous step, if nothing
// can come between the two.
func (f *follower) joins(row *Row, e event) bool {
	last := &f.rows[len(f.rows)-1]
	if last.Kind != Transition || last.Lane != row.Lane || last.Wrong || f.apart || e.verb != begins && e.verb != completes {
		return false
	}
	last.Text, _, _ = strings.Cut(last.Text, " ")
	last.Text += ", " + row.Text
	last.Phases[row.Lane] = f.livepatches[row.Lane].phase
	return true
}

// ended adds the end of a transition, and the end of the livepatches that it replaces.
func (f *follower) ended(row *Row, direction Phase) {
	l := &f.livepatches[row.Lane]
	l.phase = Loaded
	if direction == Patching {
		l.phase = Enabled
		f.clock++
		l.enabled = f.clock
	} else {
		l.enabled, l.states = 0, nil
	}
	if direction == Patching && l.replaces {
		row.Detail = f.handOver(row.Lane)
	}
	f.add(*row)
}

// handOver adds rows for the states that a livepatch takes over from those it
// replaces, and returns the names of these.
func (f *follower) handOver(lane int) string {
	var names []string
	for _, s := range f.livepatches[lane].states {
		if from := s.From; from != None && f.livepatches[from].phase == Enabled {
			f.add(Row{Kind: Handover, Lane: lane, From: from, Text: fmt.Sprintf("takes over state %s of %s: %s → %s", s.ID, f.lanes[from], s.Prev.Version, s.Own.Version)})
		}
	}
	for i := range f.livepatches {
		if i != lane && f.livepatches[i].phase == Enabled {
			f.livepatches[i].phase, f.livepatches[i].enabled = Loaded, 0
			names = append(names, f.lanes[i])
		}
	}
	if names == nil {
		return ""
	}
	return strings.Join(names, ", ") + " replaced"
}
