// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
)

// The counters are those of the run that gave the verdict, not of a discarded run
// or of runs that confirm a FAIL.
func TestCountersAreOfTheRunThatCounts(t *testing.T) {
	for name, test := range map[string]struct {
		fates string
		worn  bool
		want  string // the guest of the second case
	}{
		"the first run":    {"P", false, "P1"},
		"another attempt":  {"PP", true, "P2"},
		"a FAIL confirmed": {"PFFP", true, "F2"},
	} {
		fakes := fated(test.fates)
		if test.worn {
			fakes[0].worn = []string{"klp_a"}
		}
		m, _ := inOrder(fakes...)
		run := confirming(t, Options{Guests: Proven, Confirm: 2}, m)
		results, err := run.runCases(t.Context(), []*casefile.Case{parse(t, "a", ""), parse(t, "b", "")}, &events{})
		if err != nil || len(results) != 2 {
			t.Fatal(results, err)
		}
		if _, ok := results[1].Counters[test.want]; !ok || len(results[1].Counters) != 1 {
			t.Errorf("%s: counters of %v, want %s", name, results[1].Counters, test.want)
		}
	}
}

func TestKernelsThatDoNotCount(t *testing.T) {
	gcc := map[string]string{"GCOV_KERNEL": "y", "GCC_VERSION": "120200"}
	for name, test := range map[string]struct {
		config map[string]string
		none   bool // the error is an ErrNone
		want   string
	}{
		"a plain kernel": {map[string]string{"GCC_VERSION": "120200"}, true, "klptest kernel build SRC --gcov"},
		"clang":          {map[string]string{"GCOV_KERNEL": "y", "GCC_VERSION": "0"}, false, "build it with gcc"},
		"no notes":       {gcc, true, "klptest kernel build SRC --gcov"},
	} {
		k := &images.Kernel{Name: "6.12.0", KDir: t.TempDir(), Config: test.config}
		_, err := openCounters(t.Context(), k, filepath.Join(t.TempDir(), "gcov"))
		e, ok := errors.AsType[*blame.Error](err)
		if !ok || e.Party != blame.User || errors.Is(err, gcov.ErrNone) != test.none || !strings.Contains(e.Advice, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCountersOfAnotherCompiler(t *testing.T) {
	k := &images.Kernel{KDir: t.TempDir(), Config: map[string]string{"GCOV_KERNEL": "y", "GCC_VERSION": "990100"}}
	notes := filepath.Join(k.KDir, "kernel/livepatch")
	if err := os.MkdirAll(notes, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(notes, "core.gcno"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := openCounters(t.Context(), k, filepath.Join(t.TempDir(), "gcov"))
	if blame.Of(err) != blame.User || !strings.Contains(err.Error(), "no gcov 99 here") {
		t.Errorf("error is %v", err)
	}
}
