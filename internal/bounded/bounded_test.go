// SPDX-License-Identifier: Apache-2.0

package bounded

import (
	"io"
	"strings"
	"testing"
)

func TestWriter(t *testing.T) {
	for size, want := range map[int]error{9: nil, 10: nil, 11: ErrTooLong} {
		var out strings.Builder
		full := 0
		_, err := io.Copy(&Writer{W: &out, Left: 10, Full: func() { full++ }}, strings.NewReader(strings.Repeat("x", size)))
		if err != want || err == nil && out.Len() != size || out.Len() > 10 || (full == 1) != (want != nil) {
			t.Errorf("%d bytes: %d came through, %v", size, out.Len(), err)
		}
	}
}

func TestReadAll(t *testing.T) {
	if _, err := ReadAll(strings.NewReader("12345"), 4); err != ErrTooLong {
		t.Errorf("one too many: %v", err)
	}
	if got, err := ReadAll(strings.NewReader("12345"), 5); err != nil || string(got) != "12345" {
		t.Errorf("%q, %v", got, err)
	}
}
