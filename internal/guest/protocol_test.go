// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

func TestReadLine(t *testing.T) {
	longest := strings.Repeat("x", maxLine-1) + "\n"
	r := bufio.NewReader(strings.NewReader("a\n\n" + longest))
	for _, want := range []string{"a\n", "\n", longest} {
		if got, err := readLine(r); string(got) != want || err != nil {
			t.Errorf("%.20q %v", got, err)
		}
	}
	if _, err := readLine(r); err != io.EOF {
		t.Error(err)
	}
}

func TestReadLineBounds(t *testing.T) {
	for text, want := range map[string]error{
		"unfinished":                    io.ErrUnexpectedEOF,
		strings.Repeat("x", maxLine+99): errLongLine,
	} {
		if _, err := readLine(bufio.NewReader(strings.NewReader(text))); !errors.Is(err, want) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// Whatever the records are, each batch fits into a line, and none is lost.
func TestBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, maxFragment), 0, 40).Draw(t, "sizes")
		var records []machine.Record
		for i, n := range sizes {
			records = append(records, machine.Record{Seq: uint64(i), Text: strings.Repeat("\x00", n)})
		}
		var got []machine.Record
		for _, part := range batches(records) {
			got = append(got, part...)
			if err := writeLine(io.Discard, reply{More: true, Records: part}); err != nil {
				t.Fatal(err)
			}
		}
		if !cmp.Equal(got, records) {
			t.Fatal("the batches are not the records")
		}
	})
}

func TestWriteLineIsOneWrite(t *testing.T) {
	var w writes
	if err := writeLine(&w, reply{Fault: &fault{Text: "a < b\n"}}); err != nil {
		t.Fatal(err)
	}
	if want := (writes{`{"id":0,"fault":{"text":"a < b\n"}}` + "\n"}); !cmp.Equal(w, want) {
		t.Errorf("%q", w)
	}
	if err := writeLine(&w, strings.Repeat("x", maxLine)); !errors.Is(err, errLongLine) || len(w) != 1 {
		t.Error(err)
	}
}

type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}

func TestFaultKeepsItsBlame(t *testing.T) {
	for name, err := range map[string]error{
		"user":    &blame.Error{Party: blame.User, Summary: "no CONFIG_LIVEPATCH", Advice: "build it"},
		"rig":     fmt.Errorf("wrapped: %w", noBusybox()),
		"overrun": overrun(7),
		"plain":   errors.New("plain"),
	} {
		got := faultOf(err).err()
		var b, want *blame.Error
		if got.Error() != err.Error() || blame.Of(got) != blame.Of(err) || !errors.As(got, &b) {
			t.Errorf("%s: %v", name, got)
		}
		if errors.As(err, &want) && b.Advice != want.Advice {
			t.Errorf("%s: advice %q", name, b.Advice)
		}
	}
	// A guest that blames the kernel is not believed.
	if f := faultOf(&blame.Error{Party: blame.Kernel, Summary: "x"}); blame.Of(f.err()) != blame.Rig {
		t.Error("the kernel was blamed by the guest's word")
	}
}

// An answer that does not fit is said to be so.
func TestSendTooLong(t *testing.T) {
	var b bytes.Buffer
	if err := send(&b, 1, reply{Answer: &machine.Answer{Output: strings.Repeat("x", maxLine)}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "a line of more than") {
		t.Errorf("%.80q", b.String())
	}
}
