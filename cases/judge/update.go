// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"bytes"
	"reflect"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/subsequence"
)

// Update rewrites the expected lines of a case's file to the observed ones.
// Commands, comments, conditions, lines for other kernels, and sources stay as
// they are, byte for byte. It refuses a run in which more than the transcript
// differs: a crash, a splat, a leak, a stall, or a run that proves nothing.
func Update(data []byte, c *casefile.Case, o Observation) ([]byte, error) {
	now, err := casefile.Parse(c.File, data)
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(now.Steps, c.Steps) {
		return nil, blame.Userf("%s has changed since it was run", c.File)
	}
	if f := Judge(c, o); len(f.beyond) > 0 {
		return nil, refuse(c, f.beyond[0])
	}
	out := Rewrite(data, c, o)
	if again, err := casefile.Parse(c.File, out); err != nil {
		return nil, err
	} else if f := Judge(again, o); f.Verdict != Pass {
		return nil, refuse(c, strings.Join(f.Reasons, "; "))
	}
	return out, nil
}

// Rewrite is Update without these checks.
func Rewrite(data []byte, c *casefile.Case, o Observation) []byte {
	j := newJudgement(c, o)
	e := newEdit(data)
	for i, s := range j.steps {
		e.step(s, func(k casefile.Kind) []string { return j.observedLines(i, k) })
		e.predicted(s)
	}
	return e.bytes()
}

func refuse(c *casefile.Case, why string) error {
	return &blame.Error{
		Party:   blame.User,
		Summary: c.File + " is not updated: " + why,
		Advice:  "only log lines, errnos and output can be updated; change the rest by hand",
	}
}

// edit is a file and the changes to its lines, counted from 1.
type edit struct {
	lines [][]byte
	drop  map[int]bool
	after map[int][]string // lines to add after a line
	text  map[int]string   // new text of a line, after its condition
}

func newEdit(data []byte) *edit {
	return &edit{
		lines: bytes.SplitAfter(data, []byte("\n")),
		drop:  map[int]bool{}, after: map[int][]string{}, text: map[int]string{},
	}
}

// step replaces a command's expected lines with the observed ones, kind by
// kind. A new line goes after the last one of its kind, or of the kinds before.
func (e *edit) step(s casefile.Step, observed func(casefile.Kind) []string) {
	behind := s.Line
	for _, kind := range casefile.Kinds {
		old := slices.DeleteFunc(slices.Clone(s.Expect), func(x casefile.Expected) bool { return x.Kind != kind })
		e.replace(old, observed(kind), behind)
		for _, x := range old {
			behind = max(behind, x.Line)
		}
	}
}

// notPredicted begins the comment that klptest new writes where the model
// predicts nothing.
const notPredicted = "# not predicted"

// predicted drops that comment below a command whose lines are now known.
func (e *edit) predicted(s casefile.Step) {
	for n := s.Line + 1; n <= len(e.lines); n++ {
		text := strings.TrimSpace(string(e.lines[n-1]))
		if strings.HasPrefix(text, machine.MarkerPrefix) || strings.HasPrefix(text, "-- ") || strings.HasPrefix(text, "[") && strings.Contains(text, "] "+machine.MarkerPrefix) {
			return
		}
		if strings.HasPrefix(text, notPredicted) {
			e.drop[n] = true
		}
	}
}

// replace keeps the lines that both sides have. Between two of them, new lines
// take the places of old ones, with their conditions, as long as there are old
// ones.
func (e *edit) replace(old []casefile.Expected, observed []string, behind int) {
	if len(old) > 0 {
		behind = old[0].Line - 1
	}
	var texts []string
	for _, x := range old {
		texts = append(texts, x.Text)
	}
	i, j := 0, 0
	for _, m := range append(subsequence.Common(texts, observed), subsequence.Match{Old: len(texts), New: len(observed)}) {
		for ; i < m.Old && j < m.New; i, j = i+1, j+1 {
			behind = old[i].Line
			e.text[behind] = observed[j]
		}
		for ; i < m.Old; i++ {
			e.drop[old[i].Line] = true
		}
		e.after[behind] = append(e.after[behind], observed[j:m.New]...)
		if m.Old < len(old) {
			behind = old[m.Old].Line
		}
		i, j = m.Old+1, m.New+1
	}
}

func (e *edit) bytes() []byte {
	var b bytes.Buffer
	for i, line := range e.lines {
		n := i + 1
		if text, ok := e.text[n]; ok {
			line = slices.Concat(casefile.Prefix(line), []byte(text), []byte("\n"))
		}
		if !e.drop[n] {
			b.Write(line)
		}
		for _, text := range e.after[n] {
			if b.Len() > 0 && b.Bytes()[b.Len()-1] != '\n' {
				b.WriteByte('\n')
			}
			b.WriteString(text + "\n")
		}
	}
	return b.Bytes()
}
