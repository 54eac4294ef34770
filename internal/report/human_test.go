// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// writes records each write with the time since the start.
type writes struct {
	start time.Time
	got   []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.got = append(w.got, fmt.Sprintf("%v %q", time.Since(w.start), p))
	return len(p), nil
}

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &writes{start: time.Now()}
		h := NewHuman(w, HumanOptions{Live: true, Width: func() int { return 24 }})
		if err := h.Begin(sampleRun(2)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1500 * time.Millisecond) // nothing runs, so nothing is drawn
		h.Start("a")
		h.Step("a", "insmod klp_a states=1:1")
		time.Sleep(time.Second)
		if err := h.Case(Outcome{Result: judge.Result{Name: "a", Verdict: judge.Pass, Duration: time.Second}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		h.Start("b")
		h.Notice("no KVM here")
		if err := h.End(Ending{Took: 5500 * time.Millisecond, Total: 2}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		want := []string{
			`1.5s "\r\x1b[K0/2  a  0s"`,
			`1.5s "\r\x1b[K0/2  a  0s  insmod klp_"`,
			`2s "\r\x1b[K0/2  a  0s  insmod klp_"`,
			`2.5s "\r\x1b[KPASS  a                                  1.0s\n"`,
			`5.5s "\r\x1b[K1/2  b  0s"`,
			`5.5s "\r\x1b[Kno KVM here\n"`,
			`5.5s "\r\x1b[K1/2  b  0s"`,
			`5.5s "\r\x1b[K1 passed, 0 failed, 0 errors, 0 skipped, 1 not run in 6 s on 6.12.117+deb12-amd64 (debian:6.12)\n"`,
		}
		if d := cmp.Diff(want, w.got); d != "" {
			t.Errorf("writes (-want +got):\n%s", d)
		}
	})
}

func TestVerboseLive(t *testing.T) {
	w := &bytes.Buffer{}
	h := NewHuman(w, HumanOptions{Live: true, Verbose: true})
	h.Start("a")
	h.Step("a", "rmmod\nklp_a")
	want := "\r\x1b[K0/0  a  0s\r\x1b[K      a: rmmod\\nklp_a\n\r\x1b[K0/0  a  0s  rmmod\\nklp_a"
	if d := cmp.Diff(want, w.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestStepOfAnotherCase(t *testing.T) {
	w := &bytes.Buffer{}
	h := NewHuman(w, HumanOptions{Live: true})
	h.Start("a")
	h.Start("b")
	h.Step("a", "a's step")
	if err := h.Case(Outcome{Result: judge.Result{Name: "a", Verdict: judge.Pass}}); err != nil {
		t.Fatal(err)
	}
	h.Step("b", "b's step")
	if s := w.String(); strings.Contains(s, "a's step") || !strings.HasSuffix(s, "1/0  b  0s  b's step") {
		t.Errorf("the status line is not of the case that started last: %q", s)
	}
}

func TestTruncate(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "abc"},
		{"a世界", 3, "a世"},
		{"a世界", 4, "a世"},
		{"abc", 0, ""},
		{"abc", -1, ""},
	} {
		if got := truncate(c.in, c.width); got != c.want {
			t.Errorf("truncate(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

// TestConcurrent is a test for the race detector.
func TestConcurrent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHuman(io.Discard, HumanOptions{Live: true, Verbose: true})
		if err := h.Begin(sampleRun(4)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				name := fmt.Sprint("case-", i)
				h.Start(name)
				time.Sleep(time.Second)
				h.Step(name, "step")
				time.Sleep(time.Second)
				if err := h.Case(Outcome{Result: judge.Result{Name: name, Verdict: judge.Pass}}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := h.End(Ending{}); err != nil {
			t.Fatal(err)
		}
	})
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteErrors(t *testing.T) {
	for _, f := range Formats {
		r := f.New(brokenPipe{}, HumanOptions{})
		err := errors.Join(r.Begin(Provenance{}), r.Case(Outcome{}), r.End(Ending{}))
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: %v, want the error of the writer", f.Name, err)
		}
	}
}

// TestHumanLinesAreIndented checks that a guest cannot forge a verdict: only our
// own lines begin in the first column.
func TestHumanLinesAreIndented(t *testing.T) {
	for _, s := range hostile {
		r := judge.Result{
			Name: "x" + s, Verdict: judge.Fail, Reasons: []string{s, s},
			Advice: s, Diff: s, Tail: s, Log: s, QEMU: s,
			Confirmation: hostileConfirmation(s), Discarded: []judge.Discarded{{Reason: s, Log: s}},
		}
		out := output(t, func(b *bytes.Buffer) Reporter { return NewHuman(b, HumanOptions{}) }, 1, []judge.Result{r})
		got := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		for _, line := range got[1 : len(got)-1] {
			if !strings.HasPrefix(line, indent) {
				t.Errorf("%q makes the line %q", s, line)
			}
		}
	}
}

// TestNoKernel: the last line of a run without a kernel names the one that was requested,
// and says why there is none.
func TestNoKernel(t *testing.T) {
	d := Document{Provenance: Provenance{Spec: "debian:5.99", Kernel: "debian:5.99", Label: "gone a", Tests: []string{"a", "b"}}}
	d.Ending = Ending{Total: 2, Took: time.Second, Error: "Debian has no complete kernel 5.99"}
	var human, ktap bytes.Buffer
	if err := blame.Join(d.Play(NewHuman(&human, HumanOptions{})), d.Play(NewKTAP(&ktap))); err != nil {
		t.Fatal(err)
	}
	const want = "0 passed, 0 failed, 0 errors, 0 skipped, 2 not run in 1 s on debian:5.99, gone a: Debian has no complete kernel 5.99"
	if got := strings.ReplaceAll(human.String(), "\n      ", " "); !strings.Contains(got, want) {
		t.Error(got)
	}
	if !strings.Contains(ktap.String(), " on debian:5.99, gone a\n") {
		t.Error(ktap.String())
	}
}
