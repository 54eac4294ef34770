// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

// screen is a terminal with the features that the human report needs: line
// wrapping, carriage return and erasing a line.
type screen struct {
	width int
	lines [][]rune
	col   int
}

func (s *screen) Write(p []byte) (int, error) {
	text := string(p)
	for text != "" {
		if rest, ok := strings.CutPrefix(text, "\x1b[K"); ok {
			s.line(func(l []rune) []rune { return l[:min(s.col, len(l))] })
			text = rest
			continue
		}
		r := []rune(text)[0]
		s.put(r)
		text = text[len(string(r)):]
	}
	return len(p), nil
}

func (s *screen) put(r rune) {
	switch {
	case r == '\r':
		s.col = 0
	case r == '\n':
		s.lines, s.col = append(s.lines, nil), 0
	case s.col == s.width:
		s.put('\n')
		s.put(r)
	default:
		s.line(func(l []rune) []rune {
			return append(append(append([]rune{}, l[:min(s.col, len(l))]...), r), l[min(s.col+1, len(l)):]...)
		})
		s.col++
	}
}

func (s *screen) line(change func([]rune) []rune) {
	if s.lines == nil {
		s.lines = [][]rune{nil}
	}
	last := len(s.lines) - 1
	s.lines[last] = change(s.lines[last])
}

func (s *screen) String() string {
	var b strings.Builder
	for _, l := range s.lines {
		b.WriteString(strings.TrimRight(string(l), " ") + "\n")
	}
	return b.String()
}

// shot has the values that differ between the runs that were recorded in tmux.
type shot struct {
	width int
	cases [3]float64    // their durations in seconds
	took  time.Duration // the run
	work  string        // the work directory
	guest string        // of the failing case

	estimate time.Duration // of the last case
	shown    time.Duration // its running time at the first capture
	step     string        // its step at that time
}

var shots = map[string]shot{
	"40":  {40, [3]float64{50.7, 13.6, 8.9}, 84 * time.Second, cacheTmp + "run-544906347", "guest-4", 7500 * time.Millisecond, 2200 * time.Millisecond, "% insmod"},
	"80":  {80, [3]float64{2.6, 2.1, 7.6}, 24 * time.Second, cacheTmp + "run-3659886110", "guest-2", 8500 * time.Millisecond, 2200 * time.Millisecond, "% insmod klp_b states=1:3 replace=1"},
	"200": {200, [3]float64{6.4, 1.8, 9.2}, 30 * time.Second, cacheTmp + "run-1953818460", "guest-2", 8500 * time.Millisecond, 3200 * time.Millisecond, "% echo 0 > /sys/kernel/livepatch/klp_b/enabled"},
}

const cacheTmp = "/home/user/.cache/klptest/tmp/"

// typed is the command above the report in tmux.
const typed = "$ klptest run -j 1 state-add takeover.txtar version-forgotten-replace\n"

// TestScreens renders the runs recorded in testdata/screens with `tmux capture-pane
// -p`, in the middle of the run and at its end.
func TestScreens(t *testing.T) {
	for name, shot := range shots {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &screen{width: shot.width}
				s.Write([]byte(typed))
				h := NewHuman(s, HumanOptions{Live: true, Width: func() int { return shot.width }})
				shot.run(t, h, func() { golden(t, "screens/"+name+".live", s.String()) })
				s.Write([]byte("$"))
				golden(t, "screens/"+name+".end", s.String())
			})
		})
	}
}

// run plays the run, and calls look while the last case runs.
func (s shot) run(t *testing.T, h *Human, look func()) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	seconds := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	h.Notice("klptest: software emulation (TCG), not KVM: the processor has neither vmx nor svm")
	must(h.Begin(Provenance{
		Kernel: "debian:6.12.117-1~deb12u1", Release: "6.12.117+deb12-amd64", Planned: 3, Jobs: 1,
		Tests: []string{"state-add", "takeover.txtar", "version-forgotten-replace"}, Flags: []string{"--jobs", "1"},
		Estimates: Estimates{s.estimate, s.estimate, s.estimate},
	}))
	h.Start("state-add")
	time.Sleep(3 * time.Second)
	must(h.Case(Outcome{Result: judge.Result{Name: "state-add", File: "state-add", Verdict: judge.Pass, Duration: seconds(s.cases[0])}}))
	h.Start("takeover")
	time.Sleep(3 * time.Second)
	must(h.Case(Outcome{Result: takeover(seconds(s.cases[1]), s.work+"/"+s.guest+"/console.log")}))
	h.Start("version-forgotten-replace")
	h.Step("version-forgotten-replace", s.step)
	time.Sleep(s.shown)
	look()
	must(h.Case(Outcome{Result: judge.Result{Name: "version-forgotten-replace", File: "version-forgotten-replace", Verdict: judge.Pass, Duration: seconds(s.cases[2])}}))
	must(h.End(Ending{Took: s.took, Total: 3, Kept: s.work}))
}

// takeover is the failing case.
func takeover(took time.Duration, log string) judge.Result {
	return judge.Result{
		Name: "takeover", File: "takeover.txtar", Verdict: judge.Fail, Duration: took, Step: 2,
		Reasons: []string{"takeover.txtar:20: expected: klp_b: pre_patch vmlinux: state 1 own=2 prev=none; got: klp_b: pre_patch vmlinux: state 1 own=2 prev=1"},
		Diff: `--- takeover.txtar (expected)
+++ observed
@@ -9,10 +9,10 @@
 % insmod klp_b states=1:2 replace=1
 livepatch: enabling patch 'klp_b'
 livepatch: 'klp_b': initializing patching transition
-klp_b: pre_patch vmlinux: state 1 own=2 prev=none    <-- takeover.txtar:20
+klp_b: pre_patch vmlinux: state 1 own=2 prev=1
 livepatch: 'klp_b': starting patching transition
 livepatch: 'klp_b': completing patching transition
-klp_b: post_patch vmlinux: state 1 own=2 prev=none
+klp_b: post_patch vmlinux: state 1 own=2 prev=1
 livepatch: 'klp_b': patching complete
 % rmmod klp_a
 % cat /sys/kernel/livepatch/klp_b/enabled
`,
		Log:          log,
		Confirmation: judge.Confirmation{Failed: 3, Runs: 3},
	}
}

// TestScreen checks the model of a terminal.
func TestScreen(t *testing.T) {
	for in, want := range map[string]string{
		"abcd":               "abcd\n",
		"abcde":              "abcd\ne\n",
		"ab\rc":              "cb\n",
		"ab\r\x1b[Kc\nd":     "c\nd\n",
		"abcd\nx":            "abcd\nx\n",
		"abcdef\r\x1b[Kg":    "abcd\ng\n",
		"abc\r\x1b[Kde\nf\n": "de\nf\n\n",
	} {
		s := &screen{width: 4}
		s.Write([]byte(in))
		if d := cmp.Diff(want, s.String()); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}
