// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

// eager are the options of a compiler for a kernel with CC_OPTIMIZE_FOR_SIZE=y,
// and others that it may use.
const eager = "-Os -fipa-icf -fipa-cp-clone -fipa-sra -fpartial-inlining -foptimize-sibling-calls -freorder-functions"

// makeWith returns a make that gives the compiler further flags.
func makeWith(t *testing.T, flags string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "make")
	write(t, path, fmt.Sprintf("#!/bin/sh\nexec make \"$@\" 'KCFLAGS=-g0 %s'\n", flags))
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// guards maps each guard of klp_opaque.h against an optimiser to what is there
// without it.
var guards = map[string]string{
	"noinline __used __attribute__((__noipa__))":        "",
	`asm volatile("" : : "i" (__COUNTER__) : "memory")`: "do { } while (0)",
	"OPTIMIZER_HIDE_VAR(klp_func)":                      "(void)klp_func",
}

// few returns some of the shipped modules, to save time, without some guards.
func few(t *testing.T, without ...string) []Source {
	t.Helper()
	files := slices.DeleteFunc(shipped(), func(f Source) bool {
		return strings.HasSuffix(f.Name, ".c") && !slices.Contains([]string{"klp_a.c", "klp_selftest.c", "klp_target.c"}, f.Name)
	})
	at := slices.IndexFunc(files, func(f Source) bool { return f.Name == "klp_opaque.h" })
	for _, guard := range without {
		if !bytes.Contains(files[at].Data, []byte(guard)) {
			t.Fatalf("klp_opaque.h lacks %q", guard)
		}
		files[at].Data = bytes.ReplaceAll(files[at].Data, []byte(guard), []byte(guards[guard]))
	}
	return files
}

// builtOf builds modules as the shipped ones are built.
func builtOf(t *testing.T, b *Builder, k Target, files []Source) (all map[string]Module, compiler string) {
	t.Helper()
	tools, err := b.tools(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	plan := build{target: k, tools: tools, files: files, limit: buildLimit}
	dir, err := b.result(t.Context(), plan)
	if err != nil {
		t.Fatal(blameDetail(err))
	}
	if all, err = load(dir, plan); err != nil {
		t.Fatal(err)
	}
	return all, tools.version
}

func fitOf(t *testing.T, files []Source) error {
	t.Helper()
	k, b := realKernel(t), realBuilder(t)
	b.make = makeWith(t, eager)
	return b.checkAll(builtOf(t, b, k, files))
}

func TestIntegrationNoOptimiserSpoilsTheModules(t *testing.T) {
	if err := fitOf(t, few(t)); err != nil {
		t.Error(blameDetail(err))
	}
}

// Without the guards, the same compiler makes a module that is refused.
func TestIntegrationSpoiltModuleIsRefused(t *testing.T) {
	err := fitOf(t, few(t, slices.Collect(maps.Keys(guards))...))
	if err == nil || blame.Of(err) != blame.Rig || !strings.Contains(err.Error(), "klp_a.ko cannot be used: probe_klp_target_hold_") {
		t.Errorf("%v", blameDetail(err))
	}
}
