// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

const whole = `# A comment.
kernel: ../linux
jobs: 3
expected-failures:
  - case: state-*
    when: kernel >= 6.12, kernel < 6.15
    reason: one
  - {case: state-add, reason: "two"}
`

func TestFind(t *testing.T) {
	top := t.TempDir()
	below := filepath.Join(top, "a", "b")
	filetest.Put(t, filepath.Join(below, "x"), "")
	filetest.Put(t, filepath.Join(top, Name), whole)
	s, err := Find(below)
	if err != nil {
		t.Fatal(err)
	}
	if s.Path != filepath.Join(top, Name) || s.Kernel != filepath.Join(filepath.Dir(top), "linux") || s.Jobs != 3 {
		t.Errorf("%+v", s)
	}
	for _, test := range []struct{ name, release, want string }{
		{"state-add", "6.12.3", "one"}, {"state-add", "6.15", "two"}, {"state-ids", "6.15", ""}, {"other", "6.12", ""},
	} {
		c := casefile.Case{Fails: s.Of(test.name)}
		if got := c.FailsOn(machine.Facts{Release: test.release}); got != test.want {
			t.Errorf("%s on %s: %q, want %q", test.name, test.release, got, test.want)
		}
	}
	filetest.Put(t, filepath.Join(top, "a", Name), "kernel: debian:6.1\n") // a nearer file
	if s, err := Find(below); err != nil || s.Kernel != "debian:6.1" || s.Jobs != 0 || s.Expected != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestFindNone(t *testing.T) {
	if s, err := Find(t.TempDir()); err != nil || s.Path != "" {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestFindStrange: a file that another user put above the user's directory is refused.
func TestFindStrange(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	top := t.TempDir()
	mine, file := filepath.Join(top, "mine"), filepath.Join(top, Name)
	filetest.Put(t, file, "jobs: 1\n")
	filetest.Put(t, filepath.Join(mine, "x"), "")
	if err := os.Chown(file, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(mine); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Error(err)
	}
	if err := os.Chown(mine, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if s, err := Find(mine); err != nil || s.Jobs != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestParseRefused(t *testing.T) {
	for text, want := range map[string]string{
		"kernl: x":                      `f:1: unknown key "kernl" (did you mean kernel?); the keys are expected-failures, jobs, kernel`,
		"kernel: x\nkernel: y":          "f:2: a second kernel",
		"kernel: [x]":                   "f:1: one line of text should be here",
		"kernel:":                       "f:1: one line of text should be here",
		"jobs: many":                    `f:1: jobs: "many" is not a number of at least 1`,
		"jobs: 0":                       `f:1: jobs: "0" is not a number of at least 1`,
		"- x":                           "f:1: KEY: VALUE should be here",
		"a: b: c":                       "f: this is not YAML: mapping values are not allowed",
		"kernel: x\na: b: c":            "f:2: this is not YAML: mapping values are not allowed",
		"expected-failures: x":          "f:1: expected-failures is a list",
		"expected-failures:\n- case: a": "f:2: an expected failure has a case and a reason",
		"expected-failures:\n- case: a\n  kernel: x":                      `f:3: unknown key "kernel"`,
		"expected-failures:\n- case: 'a['\n  reason: x":                   `f:2: "a[" is not a pattern`,
		"expected-failures:\n- case: a\n  reason: x\n  when: kernel 6.1":  `f:4: when: condition "kernel 6.1" is not of the form`,
		"expected-failures:\n- case: a\n  reason: x\n  when: sysfs stack": "f:4: when: ",
	} {
		_, err := parse("f", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) || blame.Of(err) != blame.User {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"", "# nothing\n"} {
		if s, err := parse("f", []byte(text)); err != nil || s.Kernel != "" {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("a: &x [*x]")
	f.Add("expected-failures:\n- &a {case: a, reason: b}\n- *a")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parse("f", []byte(text))
		if err != nil && blame.Of(err) != blame.User {
			t.Errorf("%v", err)
		}
		for _, e := range s.Expected {
			if err == nil && (e.Case == "" || e.Reason == "" || strings.Contains(e.Reason, "\n")) {
				t.Errorf("%+v", e)
			}
		}
	})
}
