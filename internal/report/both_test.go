// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/klptest/klptest/cases/judge"
)

// TestStatusBesideAReport: with a report in a file, standard error gets
// only the status line.
func TestStatusBesideAReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var alone, file, screen bytes.Buffer
		results := []judge.Result{{Name: "a", Verdict: judge.Fail}, {Name: "b", Verdict: judge.Pass}}
		play(t, NewKTAP(&alone), 2, results)
		status := NewStatus(&screen, HumanOptions{Live: true})
		play(t, Both(NewKTAP(&file), status), 2, results)
		if file.String() != alone.String() {
			t.Errorf("the report is another one:\n%s", file.String())
		}
		text := screen.String()
		for _, want := range []string{"\r\x1b[K0/2  a  0s", "\r\x1b[K1/2  1 failed  b  0s  insmod"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q lacks %q", text, want)
			}
		}
		if strings.Contains(text, "\n") || !strings.HasSuffix(text, "\r\x1b[K") {
			t.Errorf("more than a status line: %q", text)
		}
		before := screen.Len()
		status.Notice("no KVM here")
		if got := screen.String()[before:]; got != "no KVM here\n" {
			t.Errorf("%q", got)
		}
	})
}

func TestBothErrors(t *testing.T) {
	r := Both(NewKTAP(brokenPipe{}), NewStatus(io.Discard, HumanOptions{}))
	if err := errors.Join(r.Begin(Provenance{}), r.Case(Outcome{}), r.End(Ending{})); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}
