// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/klptest/klptest/cases/machine"
)

func TestReadLine(t *testing.T) {
	longest := strings.Repeat("x", MaxLine-1) + "\n"
	r := bufio.NewReader(strings.NewReader("a\n\n" + longest))
	for _, want := range []string{"a\n", "\n", longest} {
		if got, err := ReadLine(r); string(got) != want || err != nil {
			t.Errorf("%.20q %v", got, err)
		}
	}
	if _, err := ReadLine(r); err != io.EOF {
		t.Error(err)
	}
}

func TestReadLineBounds(t *testing.T) {
	for text, want := range map[string]error{
		"unfinished":                    io.ErrUnexpectedEOF,
		strings.Repeat("x", MaxLine+99): errLongLine,
	} {
		if _, err := ReadLine(bufio.NewReader(strings.NewReader(text))); !errors.Is(err, want) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// Whatever the records are, each batch fits into a line, and none is lost.
func TestBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, (32<<10)), 0, 40).Draw(t, "sizes")
		var records []machine.Record
		for i, n := range sizes {
			records = append(records, machine.Record{Seq: uint64(i), Text: strings.Repeat("\x00", n)})
		}
		var got []machine.Record
		for _, part := range batches(records) {
			got = append(got, part...)
			if err := WriteLine(io.Discard, Reply{More: true, Records: part}); err != nil {
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
	if err := WriteLine(&w, Reply{Fault: &fault{Text: "a < b\n"}}); err != nil {
		t.Fatal(err)
	}
	if want := (writes{`{"id":0,"fault":{"text":"a < b\n"}}` + "\n"}); !cmp.Equal(w, want) {
		t.Errorf("%q", w)
	}
	if err := WriteLine(&w, strings.Repeat("x", MaxLine)); !errors.Is(err, errLongLine) || len(w) != 1 {
		t.Error(err)
	}
}

type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}
