// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/exit"
)

// offered returns the words that a shell is offered for the last word of a command
// line.
func offered(t *testing.T, words ...string) (list []string) {
	t.Helper()
	var out, err bytes.Buffer
	if status := run(t.Context(), append([]string{"__complete"}, words...), streams{out: &out, err: &err}); status != exit.Passed {
		t.Fatalf("%q: status %d: %s", words, status, err.String())
	}
	for line := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		list = append(list, word)
	}
	return list[:len(list)-1] // the last line tells the shell how to treat them
}

func TestCompletion(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, test := range []struct{ line, want, not string }{
		{"run --kernel |", "debian:6.12 host", "state-add"},
		{"shell --kernel |", "debian:6.12 host", "state-add"},
		{"explore --kernel |", "debian:6.12", ""},
		{"kernel fetch |", "debian:6.12", ""},
		{"run --format |", "human ktap junit json", "xml"},
		{"run --accel |", "auto kvm tcg", ""},
		{"run --covers |", "2.1 2.3", ""},
		{"run |", "state-add reverse-lower", ""},
		{"run --exclude |", "state-add", ""},
		{"shell |", "state-add", ""},
		{"shell --kernel=debian:6.1 state-add@|", "state-add@4", ""},
		{"shell state-add@|", "state-add@0 state-add@4", "state-add@5"},
		{"shell nosuch@|", "", "nosuch@0"},
		{"shell state-add |", "", "state-add"},
		{"help |", "run case kernels", ""},
		{"help cache |", "rm", "case"},
		{"cache rm |", "", "tmp"},
	} {
		got := offered(t, strings.Split(strings.TrimSuffix(test.line, "|"), " ")...)
		has := map[string]bool{}
		for _, word := range got {
			has[word] = true
		}
		for word := range strings.FieldsSeq(test.want) {
			if !has[word] {
				t.Errorf("%s: %q lacks %s", test.line, got, word)
			}
		}
		if has[test.not] {
			t.Errorf("%s: %q has %s", test.line, got, test.not)
		}
	}
}
