// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/filetest"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

func transcript(c *casefile.Case) string {
	return judge.Expected(c, machine.Facts{Release: "6.12"})
}

func TestList(t *testing.T) {
	for _, name := range []string{"data-copy", "reverse-previous-state", "state-lower-refused", "module-coming-reversed"} {
		c, err := cases.LoadOne(name)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(New(Run{Transcript: transcript(c)}).List(), "\n") + "\n"
		filetest.Golden(t, "testdata/"+name+".list", got, *update)
	}
}

// TestShipped: at the end of a case only the livepatches that it leaves are present, and
// each line of its transcript is in a row. The drawing is XML, and no text is outside it.
func TestShipped(t *testing.T) {
	all, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		tl := New(Run{Transcript: transcript(c)})
		for i, p := range tl.Rows[len(tl.Rows)-1].Phases {
			if (p != Absent) != c.Keeps(tl.Lanes[i]) && !shelled(c) {
				t.Errorf("%s: at the end %s is %q", c.Name, tl.Lanes[i], p)
			}
		}
		if lines, rows := strings.Count(transcript(c), "\n"), lines(tl); lines != rows {
			t.Errorf("%s: %d lines, %d of them in rows", c.Name, lines, rows)
		}
		d := draw(tl, "x", c.Name, c.Title)
		for _, text := range d.Texts {
			if text.X+text.Width > d.Width || text.Y > d.Height {
				t.Errorf("%s: %q ends at %d of %d, line %d of %d", c.Name, text.Text, text.X+text.Width, d.Width, text.Y, d.Height)
			}
		}
		checkXML(t, svgOf(t, tl))
	}
}

// shelled reports whether a shell command may remove livepatches.
func shelled(c *casefile.Case) bool {
	return slices.ContainsFunc(c.Steps, func(s casefile.Step) bool { return s.Command.Verb == machine.Sh })
}

// lines returns the number of lines that a timeline was made from.
func lines(t Timeline) (n int) {
	for _, r := range t.Rows {
		switch {
		case r.Kind == Open, r.Kind == Handover:
		case r.Kind == Transition && strings.Contains(r.Text, ", "):
			n += 2
		default:
			n++
		}
	}
	return n
}

func svgOf(t *testing.T, tl Timeline) string {
	t.Helper()
	var b strings.Builder
	if err := tl.WriteSVG(&b, "name", "A title."); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// checkXML checks that a drawing has only the elements of the template.
func checkXML(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v:\n%s", err, svg)
		}
		if e, ok := token.(xml.StartElement); ok && !slices.Contains([]string{"svg", "title", "desc", "style", "rect", "path", "text"}, e.Name.Local) {
			t.Errorf("element %s", e.Name.Local)
		}
	}
}

const enabling = `% insmod klp_a states=1:1
livepatch: enabling patch 'klp_a'
livepatch: 'klp_a': initializing patching transition
klp_a: pre_patch vmlinux: state 1 own=1 prev=none
livepatch: 'klp_a': starting patching transition
`

const enabled = enabling + `livepatch: 'klp_a': completing patching transition
klp_a: post_patch vmlinux: state 1 own=1 prev=none
livepatch: 'klp_a': patching complete
`

func TestNew(t *testing.T) {
	head := []string{"command: insmod klp_a states=1:1", "klp_a: enabling, initializing patching", "klp_a: pre_patch vmlinux; state 1: own 1, prev none"}
	for name, c := range map[string]struct {
		run  Run
		want []string // after head
	}{
		"stalled": {
			Run{Transcript: enabling, Blocked: []string{"blocked by old (pid 7): schedule"}},
			[]string{"klp_a: starting patching", "klp_a: stays open", "klp_a: blocked by old (pid 7): schedule"},
		},
		"another line": {
			Run{Transcript: enabled, Wrong: &Wrong{Line: 6, Expected: "klp_a: post_patch vmlinux"}},
			[]string{"klp_a: starting, completing patching", "expected: klp_a: post_patch vmlinux", "WRONG: klp_a: post_patch vmlinux; state 1: own 1, prev none", "klp_a: patching complete"},
		},
		"the wrong line joins no other": {
			Run{Transcript: enabled, Wrong: &Wrong{Line: 5}},
			[]string{"klp_a: starting patching", "WRONG: klp_a: completing patching", "klp_a: post_patch vmlinux; state 1: own 1, prev none", "klp_a: patching complete"},
		},
		"missing before a command": {
			Run{Transcript: enabling + "% rmmod klp_a\n! EBUSY\n", Wrong: &Wrong{Line: 5, Expected: "x"}},
			[]string{"klp_a: starting patching", "klp_a: stays open", "expected: x", "command: rmmod klp_a", "error: EBUSY"},
		},
		"missing at the end": {
			Run{Transcript: enabling, Wrong: &Wrong{Line: 5, Expected: "x"}},
			[]string{"klp_a: starting patching", "klp_a: stays open", "expected: x"},
		},
		"splat": {
			Run{Transcript: enabling + "* WARNING klp_get_prev_state\n\\% no command\n"},
			[]string{"klp_a: starting patching", "splat: WARNING klp_get_prev_state", "% no command", "klp_a: stays open"},
		},
	} {
		got := New(c.run).List()
		if d := cmp.Diff(append(slices.Clone(head), c.want...), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// TestReplaced: a livepatch that is removed without being disabled was replaced by
// the one enabled last, whatever the names of the parameters.
func TestReplaced(t *testing.T) {
	second := strings.ReplaceAll(strings.ReplaceAll(enabled, "klp_a", "other"), "states=1:1", "")
	tl := New(Run{Transcript: enabled + second + "% rmmod klp_a\n"})
	var phases []Phase
	for _, r := range tl.Rows {
		if n := len(phases); n == 0 || phases[n-1] != r.Phases[0] {
			phases = append(phases, r.Phases[0])
		}
	}
	if d := cmp.Diff([]Phase{Absent, Patching, Enabled, Loaded, Absent}, phases); d != "" {
		t.Error(d)
	}
	if i := slices.IndexFunc(tl.Rows, func(r Row) bool { return r.Phases[0] == Loaded }); tl.Rows[i].Text != "patching complete" || tl.Lanes[tl.Rows[i].Lane] != "other" {
		t.Errorf("replaced at %+v", tl.Rows[i])
	}
}

func TestTimes(t *testing.T) {
	svg := svgOf(t, New(Run{Transcript: enabled, Times: []time.Duration{1250 * time.Millisecond}}))
	if !strings.Contains(svg, ">&#43;1.25 s<") {
		t.Error(svg)
	}
}

func TestFlood(t *testing.T) {
	tl := New(Run{Transcript: enabled + strings.Repeat("klp_a: again\n", 2*maxRows)})
	if last := tl.List()[maxRows]; len(tl.Rows) != maxRows || !strings.HasPrefix(last, "… and ") {
		t.Errorf("%d rows, %s", len(tl.Rows), last)
	}
}

func TestWrap(t *testing.T) {
	for text, want := range map[string][]string{
		"":                nil,
		"short":           {"short"},
		"a word or two":   {"a word or", "two"},
		"0123456789abcde": {"0123456789", "abcde"},
		"ééééé ééééé éé":  {"ééééé", "ééééé éé"},
		"ééééé ééééé ééé": {"ééééé", "ééééé", "ééé"},
	} {
		if got := wrap(text, 10, 2); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// FuzzNew: whatever a guest logs, the drawing stays valid, and all text stays text.
func FuzzNew(f *testing.F) {
	f.Add(enabled, 3, "x")
	f.Add("% insmod a\nlivepatch: enabling patch 'a'\n% rmmod a\n% hold old\n% hold\n", 1, "</text><script>")
	f.Add("</svg><script>alert(1)</script>\n% \x00\x1b[2J\n\xff\u202e]]>&amp;\n= <!--\n! <b>\n* x", 0, "")
	f.Fuzz(func(t *testing.T, text string, line int, expected string) {
		tl := New(Run{Transcript: text, Wrong: &Wrong{Line: line, Expected: expected}, Blocked: []string{expected}})
		svg := svgOf(t, tl)
		checkXML(t, svg)
		if strings.Contains(svg, "<script") {
			t.Error(svg)
		}
	})
}
