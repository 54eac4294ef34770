// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

func TestParseWhole(t *testing.T) {
	data, err := os.ReadFile("testdata/own-module.txtar")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse("testdata/own-module.txtar", data)
	if err != nil {
		t.Fatal(err)
	}
	source := c.Sources[0]
	c.Sources[0].Data = nil
	if c.Text != string(data) {
		t.Errorf("the text is not the file's: %q", c.Text)
	}
	c.Text = ""
	want := &Case{
		Name: "own-module", File: "testdata/own-module.txtar",
		Title:  "A livepatch of the case's own is loaded and forced.",
		Prose:  "The file is all that one needs to see it.\n\nIt says nothing: the next line is prose.\nExample:",
		Covers: []string{"livepatch.rst 5.1", `livepatch.rst 4, "force"`},
		Needs:  []Condition{{Fact: "kernel", Op: ">=", Value: "6.1"}, {Fact: "config", Name: "KASAN", Not: true}, {Fact: "sysfs", Name: "replace"}},
		CPUs:   2, Memory: 1024, Timeout: 90 * time.Second,
		Taints: 1<<9 | 1<<1, Leaves: []string{"klp_own"},
		Steps: []Step{
			{Line: 20, Command: machine.Command{Text: "hold old", Verb: machine.Hold, Args: []string{"old"}}},
			{
				Line: 22, When: []Condition{{Fact: "kernel", Op: "<", Value: "7"}},
				Command: machine.Command{Text: "insmod klp_own x=1 y= &", Verb: machine.Insmod, Args: []string{"klp_own", "x=1", "y="}, Background: true},
				Expect: []Expected{
					{Line: 23, Kind: Log, Text: "livepatch: enabling patch 'klp_own'"},
					{Line: 24, Kind: Log, Text: `\[  1.0] not a condition`, When: []Condition{{Fact: "config", Name: "X", Op: "=", Value: "m"}}},
				},
			},
			{
				Line: 26, Command: machine.Command{Text: `echo "a > b" > /proc/x`, Verb: machine.Echo, Args: []string{"a > b", "/proc/x"}},
				Expect: []Expected{{Line: 27, Kind: Errno, Text: "! EAGAIN"}},
			},
			{
				Line: 28, Command: machine.Command{Text: "sh ls | wc -l", Verb: machine.Sh, Args: []string{"ls | wc -l"}},
				Expect: []Expected{{Line: 29, Kind: Output, Text: "="}, {Line: 30, Kind: Output, Text: "=  2"}},
			},
			{Line: 31, Command: machine.Command{Text: "release old", Verb: machine.Release, Args: []string{"old"}}},
		},
		Sources: []Source{{Name: "klp_own.c", Line: 33}, {Name: "own.h", Line: 37, Data: []byte("int x;\n")}},
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
	if want := "#include \"own.h\"\n/*\n-- not a section --x */\n"; string(source.Data) != want {
		t.Errorf("source %q, want %q", source.Data, want)
	}
	if got := c.Modules(); !cmp.Equal(got, []string{"klp_own"}) {
		t.Errorf("Modules: %q", got)
	}
	if got := c.SysfsAttrs(); !cmp.Equal(got, []string{"replace"}) {
		t.Errorf("SysfsAttrs: %q", got)
	}
}

// TestParseErrors reads testdata/bad, where each case has its messages in a file
// beside it.
func TestParseErrors(t *testing.T) {
	paths, _ := filepath.Glob("testdata/bad/*.txtar")
	if len(paths) == 0 {
		t.Fatal("no files")
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Parse(filepath.Base(p), data)
		if err == nil {
			t.Errorf("%s: no error", p)
			continue
		}
		if blame.Of(err) != blame.User {
			t.Errorf("%s: not the user's: %v", p, err)
		}
		filetest.Golden(t, strings.TrimSuffix(p, ".txtar")+".want", err.Error()+"\n", *update)
	}
}

var update = flag.Bool("update", false, "rewrite the golden files")

func TestParseBytes(t *testing.T) {
	const ok = "Title\n-- transcript --\n"
	tests := []struct{ data, want string }{
		{"", "x:1: the first line is the title"},
		{"Title\r\n\r\n-- transcript --\r\n", `x:1: the line ends in CR LF; convert the file: sed -i 's/\r$//' FILE`},
		{ok + "# a\x00b\n", "x:3: control character U+0000 in the text"},
		{ok + "\n# a\x1b[31m\n", "x:4: control character U+001B in the text"},
		{ok + "# \xff\n", "x:3: invalid UTF-8 in the text"},
		{ok + "# \u202e\n", "x:3: control character U+202E in the text"},
		{ok + "# a\rb\n", "x:3: carriage return in the text"},
		{ok + "-- --\n", "x:3: a section needs a name: -- NAME --"},
		{ok + "--  --\n", "x:3: a section needs a name: -- NAME --"},
		{"T\n-- --", "x:2: a section needs a name: -- NAME --"},
		{ok + "-- a.c --\nx\x01\n", "x:4: control character U+0001 in the text"},
	}
	for _, test := range tests {
		_, err := Parse("x", []byte(test.data))
		if err == nil {
			t.Errorf("%q: no error", test.data)
			continue
		}
		if got, _, _ := strings.Cut(err.Error(), "\n"); got != test.want {
			t.Errorf("%q:\n%s\nwant:\n%s", test.data, got, test.want)
		}
	}
	for _, data := range []string{ok, ok + "# ü €\tx\ufffd\n", "T\n-- transcript --"} {
		if _, err := Parse("x", []byte(data)); err != nil {
			t.Errorf("%q: %v", data, err)
		}
	}
}

// TestParseGarbage parses input that would take long if any of it were read
// more than once, or at all.
func TestParseGarbage(t *testing.T) {
	for _, unit := range []string{"\x00", "-- a --\n", "-- ", "[", "% insmod\n", "\n", "A: \n", "\xff\n", "-- --\n"} {
		big := bytes.Repeat([]byte(unit), 10<<20/len(unit))
		_, err := Parse("x", big)
		if err == nil || !strings.HasPrefix(err.Error(), "x:1: the file has ") {
			t.Errorf("%q: %.80v", unit, err)
		}
		_, err = Parse("x", append([]byte("Title\n-- transcript --\n"), big[:MaxFile-100]...))
		if unit == "\n" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if err == nil || strings.Count(err.Error(), "\n") > maxProblems {
			t.Errorf("%q: %.80v", unit, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../*.txtar", "testdata/*.txtar", "testdata/bad/*.txtar", "../judge/testdata/observed/*.txtar"} {
		paths, _ := filepath.Glob(pattern)
		for _, p := range paths {
			data, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f.txtar", data)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "f.txtar:") || klog.BadText(line) != "" {
					t.Errorf("message %q", line)
				}
			}
			return
		}
		Check(c, nil)
		lines := bytes.Split(data, []byte("\n"))
		for _, s := range c.Steps {
			if !bytes.Contains(lines[s.Line-1], []byte(s.Command.Text)) {
				t.Errorf("line %d is not %q", s.Line, s.Command.Text)
			}
			for _, e := range s.Expect {
				again, text, err := parseExpected(e.Text)
				if err != nil || again != e.Kind || text != e.Text {
					t.Errorf("%q is read as %q, %v", e.Text, text, err)
				}
			}
		}
	})
}
