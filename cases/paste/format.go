// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

const (
	defaultTitle = "A case made from a pasted report."
	notPredicted = "# not predicted"
)

// report is the result of the stages, from which the case is written.
type report struct {
	draft
	title    string
	test     string
	lines    []line
	symptoms []string
	unnamed  []string          // symptoms that the case cannot show
	healthy  []string          // symptoms that a healthy kernel shows as well
	sources  []casefile.Source // the reporter's modules; nil: probes stand for them
}

// write makes the file.
func (r *report) write() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.titleLine())
	for _, p := range r.prose() {
		b.WriteString(guard(p) + "\n")
	}
	if headers := r.headers(); headers != "" {
		b.WriteString(headers + "\n")
	}
	b.WriteString("-- transcript --\n")
	r.transcript(&b)
	for _, s := range r.sources {
		fmt.Fprintf(&b, "-- %s --\n%s", s.Name, ensureNewline(s.Data))
	}
	return []byte(b.String())
}

func ensureNewline(data []byte) []byte {
	if len(data) > 0 && data[len(data)-1] != '\n' {
		return append(slices.Clone(data), '\n')
	}
	return data
}

// prose says how the report was read.
func (r *report) prose() []string {
	list := []string{"Made from a pasted report."}
	if r.test != "" {
		list[0] = fmt.Sprintf("Made from a pasted report, its test %q.", r.test)
	}
	if table := r.table(); table != "" {
		intro := " These stand for its modules:\n\n"
		if r.sources != nil {
			intro = " Its own modules are below. The lines of the core were predicted with these:\n\n"
		}
		list[0] += intro + table
	} else {
		list[0] += "\n"
	}
	if more := r.otherSymptoms(); more != "" {
		list = append(list, more)
	}
	if left := r.leftOut(); left != "" {
		list = append(list, left)
	}
	if r.failed != nil {
		why, _, _ := strings.Cut(r.failed.Error(), "\n")
		list = append(list, "The transcript could not be predicted: "+strings.TrimPrefix(why, "draft.txtar: ")+"\n")
	}
	if differs := r.differs(); differs != "" {
		list = append(list, differs)
	}
	if text := r.unexpected(); text != "" {
		list = append(list, text)
	}
	return list
}

// table shows the mapping.
func (r *report) table() string {
	rows := [][]string{}
	same := true
	for _, name := range slices.Concat(r.m.patches, r.m.targets, r.m.foreign) {
		ours := r.m.ours[name]
		if ours == "" {
			ours = "-"
		}
		same = same && ours == name
		rows = append(rows, []string{name, ours, r.reason(name, ours)})
	}
	if r.m.alone && r.m.ours[holderModule] == holderModule {
		rows = append(rows, []string{"", holderModule, "holds the transitions that the report shows open"})
	}
	if same && (len(rows) == 0 || !r.m.alone) && !slices.ContainsFunc(rows, func(row []string) bool { return row[2] != "" }) {
		return ""
	}
	return align(rows)
}

// reason says what the log shows about a module.
func (r *report) reason(name, ours string) string {
	if slices.Contains(r.m.foreign, name) {
		return "no livepatch: the log shows others being enabled, but not it"
	}
	if ours == "-" {
		return "nothing stands for it: there are only klp_target and klp_other"
	}
	for _, c := range r.commands {
		p := r.m.params[c.step]
		if p == nil || c.step.op != opLoad || c.step.module != name || p.typed != nil {
			continue
		}
		return strings.Join(append(r.m.assumption(name), p.reasons()...), "; ")
	}
	return ""
}

// reasons says why each parameter was chosen.
func (p *probe) reasons() (list []string) {
	if p.replace {
		list = append(list, "replaces: others were gone after it")
	}
	switch {
	case p.states != nil:
		list = append(list, "states as it logged them")
	case p.has && p.stated:
		list = append(list, "a state: its lines name one")
	case p.has:
		list = append(list, "a version that fits the order of refused and accepted loads")
	}
	if p.failing != "" {
		list = append(list, "its enabling fails")
	}
	if slices.Contains(p.funcs, holdOld) {
		list = append(list, "its transition is held")
	}
	if slices.Contains(p.funcs, missingFunction) {
		list = append(list, "a symbol is missing")
	}
	return list
}

func align(rows [][]string) string {
	var width [2]int
	for _, row := range rows {
		for i := range width {
			width[i] = max(width[i], len(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := fmt.Sprintf("  %-*s  %-*s  %s", width[0], row[0], width[1], row[1], row[2])
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// maxOthers bounds how many symptoms are named.
const maxOthers = 5

func (r *report) otherSymptoms() string {
	text := ""
	for _, group := range []struct {
		intro string
		list  []string
	}{
		{"The report also has: ", r.symptoms[min(1, len(r.symptoms)):]},
		{"The report has what these modules cannot show: ", r.unnamed},
		{"A healthy kernel shows it, too: ", r.healthy},
	} {
		if len(group.list) > 0 {
			text += group.intro + strings.Join(group.list[:min(maxOthers, len(group.list))], "; ") + ".\n"
		}
	}
	return text
}

// headers returns the headers that the case needs.
func (r *report) headers() string {
	var b strings.Builder
	if len(r.symptoms) > 0 {
		fmt.Fprintf(&b, "Symptom: %s\n", klog.Escape(r.symptoms[0]))
	}
	if r.until != "" {
		fmt.Fprintf(&b, "Needs: kernel < %s\n", r.until)
	}
	if taints := machine.TaintHeader(r.predicted.Taints); taints != "" {
		fmt.Fprintf(&b, "Taints: %s\n", taints)
	}
	if leaves := r.names(r.predicted.Leaves); len(leaves) > 0 {
		fmt.Fprintf(&b, "Leaves: %s\n", strings.Join(leaves, ", "))
	}
	if r.sources != nil && r.m.holder && !r.m.alone {
		fmt.Fprintf(&b, "Holds: %s\n", r.m.theirs(holderModule))
	}
	return b.String()
}

// names returns the modules' names in the case.
func (r *report) names(ours []string) (list []string) {
	for _, name := range ours {
		if r.sources != nil {
			name = r.m.theirs(name)
		}
		list = append(list, name)
	}
	return list
}

// transcript writes the commands with a healthy kernel's lines.
func (r *report) transcript(b *strings.Builder) {
	k := 0
	for _, c := range r.commands {
		text, lines := c.text, []string(nil)
		if text != "" && k < len(r.predicted.Steps) {
			lines = r.predicted.Steps[k]
		}
		if text != "" {
			k++
		}
		if r.sources != nil {
			text, lines = c.real, r.realLines(lines)
		}
		if c.note != "" && (text != "" || strings.HasPrefix(c.note, "left out: ")) {
			fmt.Fprintf(b, "# %s\n", klog.Escape(c.note))
		}
		if text == "" {
			continue
		}
		fmt.Fprintf(b, "%% %s\n", klog.Escape(text))
		if r.failed != nil {
			b.WriteString(notPredicted + "\n")
		}
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
}
