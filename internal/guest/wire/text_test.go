// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/machine"
)

func TestEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "",
		"a\x91b\n\x01":        `a\x91b` + "\n\x01",
		"é\uFFFD\xc3":         `é` + "\uFFFD" + `\xc3`,
		"\xff\xfe":            `\xff\xfe`,
		`\x91, as printed`:    `\x91, as printed`,
		"\xe2\x82 is partial": `\xe2\x82 is partial`,
	} {
		if got := escaped(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestForeignBytes: no text of a reply reaches the host with other bytes.
func TestForeignBytes(t *testing.T) {
	r := Reply{
		Answer: &machine.Answer{Stall: &machine.Stall{}}, Facts: &machine.Facts{},
		End: &machine.EndState{}, Survey: &Survey{}, Fault: &fault{},
	}
	n := fill(reflect.ValueOf(&r).Elem())
	var line bytes.Buffer
	if err := send(&line, 1, r); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(line.String(), `a\\x91`); got != n || n < 20 || strings.Contains(line.String(), "fffd") {
		t.Errorf("%d of %d texts: %s", got, n, line.String())
	}
}

// fill puts a text into each string but a name that the host chose, and counts them.
func fill(v reflect.Value) (n int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("a\x91")
		return 1
	case reflect.Pointer:
		if !v.IsNil() {
			return fill(v.Elem())
		}
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); v.Type() != reflect.TypeFor[[]Chunk]() && (k == reflect.String || k == reflect.Struct) {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			return fill(v.Index(0))
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.ValueOf(map[string]string{"X": "a\x91"}))
			return 1
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				n += fill(v.Field(i))
			}
		}
	}
	return n
}

// TestLongestOutput: what is escaped fits into a line as well.
func TestLongestOutput(t *testing.T) {
	var line bytes.Buffer
	r := Reply{Answer: &machine.Answer{Output: strings.Repeat("\x91", 64<<10)}}
	if err := send(&line, 1, r); err != nil || strings.Contains(line.String(), "fault") {
		t.Errorf("%v: %.80q", err, line.String())
	}
}
