// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/nearest"
	"github.com/klptest/klptest/internal/shellword"
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
		case slices.Contains(listed, name), len(listed) == 0 && isScript(name):
			s.Scripts = append(s.Scripts, script)
		case filepath.Ext(name) == ".sh":
			s.others = append(s.others, script)
		}
	}
	slices.SortStableFunc(s.Scripts, func(a, b Script) int { return slices.Index(listed, a.Name) - slices.Index(listed, b.Name) })
}

// isScript reports whether a file is a script, by its name.
func isScript(name string) bool {
	return strings.HasPrefix(name, "test-") && filepath.Ext(name) == ".sh"
}

// holdsScripts reports whether a directory seems to have selftests, from the names of its
// files and from its Makefile. Any other directory may hold anything, and is not read. Of
// one that cannot be read, reading tells more.
func holdsScripts(root fs.FS, dir string) bool {
	entries, err := fs.ReadDir(root, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return isScript(e.Name()) }) {
		return true
	}
	info, err := fs.Stat(root, path.Join(dir, "Makefile"))
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxBytes {
		return false
	}
	text, err := fs.ReadFile(root, path.Join(dir, "Makefile"))
	return err != nil || len(listedIn(string(text))) > 0
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
			return nil, unknown(name, s.Names(), "scripts: "+strings.Join(s.Names(), " "))
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

// unknown is the error of a name that no script has.
func unknown(name string, known []string, advice string) error {
	return blame.AdviseUserf(advice, "no such selftest: %s%s", shellword.Quote(name), nearest.DidYouMean(name, slices.Concat(known, short(known))))
}

// short returns what [Suite.Select] takes for the names of scripts.
func short(names []string) (list []string) {
	for _, name := range names {
		list = append(list, strings.TrimSuffix(strings.TrimPrefix(name, "test-"), ".sh"))
	}
	return list
}

// CheckName refuses a misspelt name before the source that has the script is known. It
// does not look up the full name of a file: a patch may add that script. also are further
// words that the caller takes.
func CheckName(name string, also ...string) error {
	known := slices.Concat(Known, also)
	if strings.HasSuffix(name, ".sh") || slices.Contains(known, name) || slices.Contains(short(known), name) {
		return nil
	}
	return unknown(name, known, "name any other script by its file, such as test-new.sh")
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
