// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/nearest"
)

// testProgs matches the list of scripts in a Makefile
// (tools/testing/selftests/lib.mk).
var testProgs = regexp.MustCompile(`(?m)^TEST_PROGS[ \t]*[:+]?=(.*)$`)

// addScripts adds the scripts that the Makefile runs, in its order; if it runs
// none, those named test-*.sh.
func (s *Suite) addScripts(dir string) {
	listed := listedIn(string(s.files["Makefile"]))
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		script := Script{name, filepath.Join(dir, name), string(s.files[name])}
		switch {
		case slices.Contains(listed, name), len(listed) == 0 && strings.HasPrefix(name, "test-") && filepath.Ext(name) == ".sh":
			s.Scripts = append(s.Scripts, script)
		case filepath.Ext(name) == ".sh":
			s.others = append(s.others, script)
		}
	}
	slices.SortStableFunc(s.Scripts, func(a, b Script) int { return slices.Index(listed, a.Name) - slices.Index(listed, b.Name) })
}

func listedIn(makefile string) (names []string) {
	joined := strings.ReplaceAll(makefile, "\\\n", " ")
	for _, m := range testProgs.FindAllStringSubmatch(joined, -1) {
		names = append(names, strings.Fields(m[1])...)
	}
	return names
}

// Select returns the named scripts in that order, or all without names. A name
// may omit test- and .sh: "state" is test-state.sh.
func (s *Suite) Select(names []string) (list []Script, err error) {
	if len(names) == 0 {
		return s.Scripts, nil
	}
	for _, name := range names {
		script, ok := s.named(name)
		if !ok {
			known := s.Names()
			return nil, blame.AdviseUserf("scripts: "+strings.Join(known, " "), "no such selftest: %s%s", name, nearest.DidYouMean(name, append(known, s.short()...)))
		}
		list = append(list, script)
	}
	return list, nil
}

func (s *Suite) named(name string) (Script, bool) {
	for _, script := range slices.Concat(s.Scripts, s.others) {
		if script.Name == name || script.Name == name+".sh" || script.Name == "test-"+name+".sh" {
			return script, true
		}
	}
	return Script{}, false
}

// Names returns the scripts' names.
func (s *Suite) Names() (names []string) {
	for _, script := range s.Scripts {
		names = append(names, script.Name)
	}
	return names
}

func (s *Suite) short() (names []string) {
	for _, name := range s.Names() {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(name, "test-"), ".sh"))
	}
	return names
}

// startTest matches the start of a test (functions.sh), except one whose name the
// script computes.
var startTest = regexp.MustCompile("(?m)^\\s*start_test \"([^\"$`\\\\]+)\"")

// tests returns the names of the tests in a script, as far as they are known.
func (s Script) tests() (names []string) {
	for _, m := range startTest.FindAllStringSubmatch(s.text, -1) {
		names = append(names, m[1])
	}
	return names
}

// Known are the scripts that Linux has had so far, for shell completion.
var Known = []string{"test-callbacks", "test-ftrace", "test-kprobe", "test-livepatch", "test-shadow-vars", "test-state", "test-syscall", "test-sysfs"}
