// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxProcFile is larger than any file that is read.
const maxProcFile = 1 << 20

// enabledFunctions are files that list the functions that ftrace redirects, one
// a line (kernel/trace/ftrace.c). Either may be missing.
var enabledFunctions = []string{
	"/sys/kernel/tracing/enabled_functions",
	"/sys/kernel/debug/tracing/enabled_functions",
}

// standing is the state that a case may leave changed.
type standing struct {
	modules, patches []string
	functions        []string // nil if the kernel does not tell
	taint            uint64
}

// findFunctions chooses the file of redirected functions, for the whole case.
func (a *Agent) findFunctions() {
	a.functions = ""
	if i := slices.IndexFunc(enabledFunctions, a.files.Exists); i >= 0 {
		a.functions = enabledFunctions[i]
	}
}

// look returns an error rather than an empty state, because a case passes when
// nothing is left.
func (a *Agent) look() (s standing, err error) {
	modules, err := a.files.Read("/proc/modules", maxProcFile)
	if err != nil {
		return s, err
	}
	taint, err := a.files.Read("/proc/sys/kernel/tainted", 32)
	if err != nil {
		return s, err
	}
	if s.patches, err = a.files.List(livepatchDir); err != nil {
		return s, err
	}
	if a.functions != "" {
		text, err := a.files.Read(a.functions, maxProcFile)
		if err != nil {
			return s, err
		}
		s.functions = functionNames(text)
	}
	s.modules = firstWords(modules)
	s.taint, err = strconv.ParseUint(taint, 10, 64)
	return s, err
}

// functionNames reads enabled_functions. Indented lines give details of the
// function above them.
func functionNames(text string) []string {
	var own strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "\t") {
			own.WriteString(line)
		}
	}
	return firstWords(own.String())
}

// added returns the names that are in after but not in before, sorted.
func added(before, after []string) []string {
	set := map[string]bool{}
	for _, name := range after {
		set[name] = true
	}
	for _, name := range before {
		delete(set, name)
	}
	return slices.Sorted(maps.Keys(set))
}

// firstWords returns the first word of each line, sorted.
func firstWords(text string) []string {
	words := namesIn(text)
	slices.Sort(words)
	return words
}
