// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

// TestShippedCheck: neither the shipped cases nor the examples have a problem.
func TestShippedCheck(t *testing.T) {
	modules := []string{
		"klp_a", "klp_b", "klp_c", "klp_d", "klp_e", "klp_f", "klp_g", "klp_h", "klp_fault", "klp_other", "klp_rela", "klp_target",
		"klp_loglevel_v1", "klp_loglevel_v2", "klp_loglevel_v3",
	}
	paths, _ := filepath.Glob("*.txtar")
	examples, _ := filepath.Glob("casefile/testdata/*.txtar")
	bugs, _ := filepath.Glob("bugs/*.txtar")
	for _, p := range slices.Concat(paths, examples, bugs) {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		c, err := casefile.Parse(p, data)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, problem := range casefile.Check(c, modules) {
			t.Error(problem)
		}
	}
}

// TestBugsFail: each case of a bug says on which kernels it fails, and no other case is
// expected to fail.
func TestBugsFail(t *testing.T) {
	bugs, err := Bugs()
	if err != nil || len(bugs) == 0 {
		t.Fatal(err)
	}
	for _, c := range bugs {
		if len(c.Fails) == 0 {
			t.Errorf("%s has no header Fails", c.File)
		}
	}
	list, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if len(c.Fails) > 0 {
			t.Errorf("%s is expected to fail", c.File)
		}
	}
}

// covers matches a section of the documentation or a part of livepatch,
// optionally a function or a callback there, and the words or the rule that the
// case shows.
var covers = regexp.MustCompile(`^([a-z-]+\.rst [1-9]|livepatch: \w+), (\w+(\(\w+(, \w+)*\))?: )?"[^"]+"$`)

// TestShippedHeaders: all cases begin the same way.
func TestShippedHeaders(t *testing.T) {
	list, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if !strings.HasSuffix(c.Title, ".") || len(c.Title) > 84 || c.Prose == "" || len(c.Covers) == 0 {
			t.Errorf("%s: title %q, prose %q, %d Covers", c.Name, c.Title, c.Prose, len(c.Covers))
		}
		for _, text := range c.Covers {
			if !covers.MatchString(text) {
				t.Errorf("%s: Covers: %s", c.Name, text)
			}
		}
	}
}

// TestShippedContained: the shipped cases write to the directories of their own modules, so
// that a guest can serve them one after the other.
func TestShippedContained(t *testing.T) {
	list, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	free := func(s casefile.Step) bool {
		cmd := s.Command
		return cmd.Verb == machine.Sh || cmd.Verb == machine.Echo && !strings.HasPrefix(cmd.Args[1], "/sys/module/") && !strings.HasPrefix(cmd.Args[1], "/sys/kernel/livepatch/")
	}
	for _, c := range list {
		if want := !slices.ContainsFunc(c.Steps, free); c.Contained() != want {
			t.Errorf("%s: contained %v, want %v", c.Name, !want, want)
		}
	}
}
