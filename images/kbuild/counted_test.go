// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/blame"
)

// countingKernel is a make that records its gcov argument, and writes the notes of
// the counted files.
const countingKernel = fakeKernel + `
for arg; do
	case $arg in
	O=*) o=${arg#O=} ;;
	GCOV_PROFILE=*) gcov=$arg ;;
	esac
done
case $* in
*bzImage*) mkdir -p "$o/kernel/livepatch" "$o/kernel/module"
	echo "$gcov" >"$o/told"
	if [ "$gcov" ]; then : >"$o/kernel/livepatch/core.gcno"; : >"$o/kernel/module/main.gcno"; fi ;;
esac`

func TestCounted(t *testing.T) {
	b := testBuilder(t, withFile(t, newSource(t, "6.12"), "kernel/module/main.c"), countingKernel)
	plain := mustBuild(t, b)
	b.Kind.Gcov = true
	livepatch := mustBuild(t, b)
	b.Counted = []string{"kernel/module/main.c"}
	further := mustBuild(t, b)
	if plain == livepatch || livepatch == further {
		t.Error("kernels that count differently are built in one place")
	}
	for dir, want := range map[string]string{
		plain:     "",
		livepatch: "GCOV_PROFILE=$(if $(filter kernel/livepatch,$(obj) $(obj)/$(target-stem).o),y,n)",
		further:   "GCOV_PROFILE=$(if $(filter kernel/livepatch kernel/module/main.o,$(obj) $(obj)/$(target-stem).o),y,n)",
	} {
		told, err := os.ReadFile(filepath.Join(dir, "told"))
		if got := strings.TrimSpace(string(told)); err != nil || got != want {
			t.Errorf("make was told %q, %v, want %q", got, err, want)
		}
	}
	if got := CountedIn(further); !slices.Equal(got, []string{livepatchFiles, "kernel/module/main.c"}) {
		t.Errorf("counted are %v", got)
	}
	if found, ok := Find(b.Cache, further); !ok || !slices.Equal(found.Counted, b.Counted) {
		t.Errorf("found is %+v, %v", found, ok)
	}
}

func TestNothingCounted(t *testing.T) {
	b := testBuilder(t, withFile(t, withFile(t, newSource(t, "6.12"), "kernel/module/main.c"), "mm/slub.c"), countingKernel)
	b.Kind.Gcov, b.Counted = true, []string{"kernel/module/*.c", "mm/slub.c"}
	_, err := b.Build(t.Context())
	if blame.Of(err) != blame.User || !strings.Contains(err.Error(), "does not count lines of mm/slub.c") {
		t.Errorf("error is %v", err)
	}
}

func TestCountedPatterns(t *testing.T) {
	gcov, err := kconfig.Parse([]kconfig.Fragment{{Text: kconfig.Gcov}})
	if err != nil {
		t.Fatal(err)
	}
	for pattern, ok := range map[string]bool{
		"kernel/module/main.c": true, "kernel/trace/*.c": true, "lib/objpool.c": true,
		"main.c": false, "kernel/module/main.o": false, "kernel/*/main.c": false, "kernel/m*.c": false, "kernel/$(x).c": false, "a b/c.c": false, "/etc/x.c": false, "": false,
	} {
		files, err := counted(gcov, []string{pattern})
		if (err == nil) != ok || err != nil && blame.Of(err) != blame.User {
			t.Errorf("%q: %v, %v", pattern, files, err)
		}
	}
	both, err := kconfig.Parse([]kconfig.Fragment{{Text: kconfig.Gcov}, {Text: kconfig.LLVM}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := counted(both, nil); blame.Of(err) != blame.User || !strings.Contains(err.Error(), "clang") {
		t.Errorf("clang: %v", err)
	}
	if files, err := counted(nil, nil); err != nil || cmp.Diff([]string(nil), files) != "" {
		t.Errorf("without gcov: %v, %v", files, err)
	}
}

// TestCountedFilesAreMissed: a file that the source does not have is told before anything
// is built.
func TestCountedFilesAreMissed(t *testing.T) {
	source := withFile(t, newSource(t, "6.12"), "kernel/module/main.c")
	b := testBuilder(t, source, countingKernel)
	b.Kind.Gcov, b.Counted = true, []string{"kernel/module/*.c", "kernel/nothere.c"}
	err := b.Check()
	if blame.Of(err) != blame.User || !strings.HasSuffix(err.Error(), "has no file kernel/nothere.c") {
		t.Errorf("error is %v", err)
	}
	if _, buildErr := b.Build(t.Context()); buildErr == nil || buildErr.Error() != err.Error() || exists(b.Cache.Root(), builtKind) {
		t.Errorf("a build begins, and ends with %v", buildErr)
	}
	b.Counted = b.Counted[:1]
	if err := b.Check(); err != nil {
		t.Error(err)
	}
}
