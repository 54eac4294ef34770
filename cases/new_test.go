// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klptest/klptest/internal/blame"
)

func TestNewCorpus(t *testing.T) {
	paths, _ := filepath.Glob("testdata/new/*.log")
	if len(paths) == 0 {
		t.Fatal("no files")
	}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out, err := New("", bytes.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		goldenFile(t, strings.TrimSuffix(p, ".log")+".txtar", string(out))
	}
}

// TestNewOfTranscript: the script of a case is a transcript as any other.
func TestNewOfTranscript(t *testing.T) {
	f := readCorpus(t, "testdata/judge/pass.txtar")
	want, _ := f.section(scriptName)
	log := strings.ReplaceAll(want, "= 1", "1")
	out, err := New("Title", strings.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	head, got, _ := strings.Cut(string(out), "-- transcript --\n")
	if got != want || !strings.HasPrefix(head, "Title\n\n") {
		t.Errorf("%s\nwant:\n%s", out, want)
	}
}

func TestNewErrors(t *testing.T) {
	const log = "livepatch: enabling patch 'klp_a'\n"
	tests := []struct{ title, text, want string }{
		{"t", "", "the text shows no command and no livepatch being enabled"},
		{"t", "[ 1.0] usb 1-1: new device\n", "the text shows no command and no livepatch being enabled"},
		{"t", strings.Repeat("x", maxFile+1), "the text has more than 1048576 bytes: paste the part that matters"},
		{"Covers: x", log, "new.txtar:1: the first line is the title"},
		{"-- transcript --", log, `new.txtar:5: a second section "transcript"`},
	}
	for _, test := range tests {
		out, err := New(test.title, strings.NewReader(test.text))
		if err == nil {
			t.Errorf("%q: no error, but:\n%s", test.want, out)
			continue
		}
		if got := err.Error(); !strings.Contains(got, test.want) || blame.Of(err) != blame.User {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
	broken := errors.New("broken")
	if _, err := New("t", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func FuzzNew(f *testing.F) {
	paths, _ := filepath.Glob("testdata/new/*.log")
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("Title", string(text))
	}
	f.Add("\x1b\n", "% \x00\n% sh &\n! x\n-- a --\n* Oops\n\\")
	f.Fuzz(func(t *testing.T, title, text string) {
		out, err := New(title, strings.NewReader(text))
		if err != nil {
			return
		}
		c, err := Parse("new.txtar", out)
		if err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		if len(c.Sources) > 0 || len(c.Covers)+len(c.Needs)+len(c.Leaves) > 0 {
			t.Errorf("the text became more than a transcript:\n%s", out)
		}
	})
}
