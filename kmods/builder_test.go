// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/modinfo"
	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

// newBuilder returns a builder with a fake make. It trusts, because a sandbox
// would not let the fake run.
func newBuilder(t *testing.T, mode string) *Builder {
	t.Helper()
	return &Builder{Cache: cachetest.New(t), Trust: true, make: newFakeMake(t, mode), cc: "/bin/true", fit: anyFit}
}

// anyFit accepts the modules of a fake make, which have no code.
func anyFit(Module, string) error { return nil }

var own = []Source{{"own.c", []byte("int x;\n")}, {"own.h", nil}, {"two.c", nil}}

func TestShippedIsCached(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	first, err := b.Shipped(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	want := Module{
		Name: "klp_a",
		Path: first["klp_a"].Path,
		Info: modinfo.Info{Name: "klp_a", Vermagic: "6.12.1 SMP mod_unload ", Livepatch: true},
	}
	if diff := cmp.Diff(want, first["klp_a"]); diff != "" {
		t.Error(diff)
	}
	if len(first) != len(Names()) {
		t.Errorf("%d modules", len(first))
	}
	second, err := b.Shipped(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	if n := runs(t, k); n != 1 {
		t.Errorf("make ran %d times", n)
	}
}

// If the compiler is killed while Kbuild tries an option, Kbuild leaves it out
// and make succeeds. So only a run that changes nothing ends the build.
func TestDisturbedBuildIsRunAgain(t *testing.T) {
	b, k := newBuilder(t, "disturbed"), newKernel(t, "6.12.1")
	for range 2 {
		if _, err := b.Shipped(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	flags, err := os.ReadFile(filepath.Join(k.KDir, "flags"))
	if want := "gcc\ngcc -fsound\ngcc -fsound\n"; err != nil || string(flags) != want {
		t.Errorf("%q, %v", flags, err)
	}
}

func TestOtherKernelIsBuiltAnew(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	for _, key := range []string{"one", "two"} {
		k.Key = key
		if _, err := b.Shipped(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	if n := runs(t, k); n != 2 {
		t.Errorf("make ran %d times", n)
	}
}

func TestForeign(t *testing.T) {
	for _, live := range []bool{false, true} {
		b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
		k.Live = live
		got, err := b.Foreign(t.Context(), k, own)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || got["own"].Info.Name != "own" || got["two"].Info.Name != "two" {
			t.Errorf("%v", got)
		}
	}
}

// A module built without a sandbox may hold a file of the host.
func TestTrustedResultIsNotReused(t *testing.T) {
	trusted := build{files: own, foreign: true}
	boxed := trusted
	boxed.boxed = true
	if trusted.key() == boxed.key() {
		t.Error("equal keys")
	}
}

func TestKeyDependsOn(t *testing.T) {
	base := func() build {
		return build{target: Target{Key: "k", Release: "r"}, tools: tools{cc: "c", version: "v"}, files: []Source{{"a.c", []byte("x")}}}
	}
	same := base()
	same.target.KDir = "/elsewhere"
	if same.key() != base().key() {
		t.Error("the place of the headers changes the key")
	}
	seen := map[string]string{base().key(): "base"}
	for name, change := range map[string]func(b *build){
		"kernel":   func(b *build) { b.target.Key = "l" },
		"release":  func(b *build) { b.target.Release = "s" },
		"compiler": func(b *build) { b.tools.version = "w" },
		"text":     func(b *build) { b.files[0].Data = []byte("y") },
		"name":     func(b *build) { b.files[0].Name = "b.c" },
		"boundary": func(b *build) { b.files[0] = Source{"a.cx", nil} },
	} {
		b := base()
		change(&b)
		if other, ok := seen[b.key()]; ok {
			t.Errorf("%s: same key as %s", name, other)
		}
		seen[b.key()] = name
	}
}

func TestForeignWithoutLandlock(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	b.Trust, b.abi = false, func() int { return 0 }
	_, err := b.Foreign(t.Context(), k, own)
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Party != blame.User || !strings.Contains(e.Advice, "--trust-sources") || !strings.Contains(e.Summary, "no Landlock") {
		t.Errorf("%v", err)
	}
	if runs(t, k) != 0 {
		t.Error("make ran")
	}
	b.Trust = true
	if _, err := b.Foreign(t.Context(), k, own); err != nil {
		t.Errorf("trusted: %v", err)
	}
}

func TestBuildErrors(t *testing.T) {
	for _, tt := range []struct {
		name, mode string
		limit      time.Duration
		summary    string
		foreign    blame.Party
	}{
		{"does not compile", "fails", 0, "klp_x.c does not compile", blame.User},
		{"builds nothing", "lazy", 0, "did not build", blame.Rig},
		{"too slow", "slow", 300 * time.Millisecond, "more than 300ms", blame.User},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, k := newBuilder(t, tt.mode), newKernel(t, "6.12.1")
			b.limit = tt.limit
			_, err := b.Foreign(t.Context(), k, own)
			if err == nil || !strings.Contains(err.Error(), tt.summary) || blame.Of(err) != tt.foreign {
				t.Errorf("foreign: %v (%v)", err, blame.Of(err))
			}
			_, err = b.Shipped(t.Context(), k)
			if err == nil || !strings.Contains(err.Error(), tt.summary) || blame.Of(err) != blame.Rig {
				t.Errorf("shipped: %v (%v)", err, blame.Of(err))
			}
		})
	}
}

// What make leaves is a stranger's data.
func TestWhatIsNoModuleIsNotKept(t *testing.T) {
	b, dir := build{files: []Source{{"own.c", nil}}}, t.TempDir()
	path := filepath.Join(dir, "own.ko")
	for want, leave := range map[string]func() error{
		"did not build":       func() error { return nil },
		"it is a L":           func() error { return os.Symlink("/etc/passwd", path) },
		"at most 8388608 can": func() error { return os.WriteFile(path, make([]byte, maxModule+1), 0o600) },
	} {
		if err := leave(); err != nil {
			t.Fatal(err)
		}
		if err := b.collect(t.Context(), dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		os.Remove(path)
	}
}

func TestCompilersOwnLines(t *testing.T) {
	b, k := newBuilder(t, "fails"), newKernel(t, "6.12.1")
	_, err := b.Foreign(t.Context(), k, own)
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Tail != "klp_x.c:3:1: error: no\n" || e.Path != "" {
		t.Errorf("%+v", err)
	}
	_, err = b.Shipped(t.Context(), k)
	e, ok := errors.AsType[*blame.Error](err)
	if !ok {
		t.Fatalf("%v", err)
	}
	if _, err := os.Stat(e.Path); err != nil {
		t.Errorf("the log that is named is not there: %v", err)
	}
}

// Errors quote the output itself, whatever the log's name refers to by then.
func TestForgedLogIsNotRead(t *testing.T) {
	b, k := newBuilder(t, "forges"), newKernel(t, "6.12.1")
	_, err := b.Foreign(t.Context(), k, own)
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Tail != "klp_x.c:3:1: error: no\n" {
		t.Errorf("%+v", err)
	}
}

// A failed build leaves nothing in the cache, and can be repeated.
func TestFailedBuildIsNotCached(t *testing.T) {
	b, k := newBuilder(t, "fails"), newKernel(t, "6.12.1")
	if _, err := b.Foreign(t.Context(), k, own); err == nil {
		t.Fatal("no error")
	}
	left, err := filepath.Glob(filepath.Join(b.Cache.Root(), "tmp", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	b.make = newFakeMake(t, "good")
	if _, err := b.Foreign(t.Context(), k, own); err != nil {
		t.Error(err)
	}
}

func TestCancelledBuild(t *testing.T) {
	b, k := newBuilder(t, "slow"), newKernel(t, "6.12.1")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := b.Shipped(ctx, k)
		done <- err
	}()
	pids := supervisetest.WaitFor(t, filepath.Join(k.KDir, "pids"))
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	supervisetest.WantGone(t, pids, 0)
}

func TestBuiltForAnotherKernel(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	k.Release = "6.12.2"
	_, err := b.Shipped(t.Context(), k)
	if err == nil || !strings.Contains(err.Error(), "built for kernel 6.12.1, not for 6.12.2") {
		t.Errorf("%v", err)
	}
}

func TestBadDirectories(t *testing.T) {
	for _, kdir := range []string{"relative", "/with space", "/a:b", "/a,b", "/a%b", "/a'b", "/a\nb", "/$(x)", "/nonexistent", t.TempDir()} {
		b := newBuilder(t, "good")
		_, err := b.Shipped(t.Context(), Target{KDir: kdir, Release: "6.12.1", Key: "k"})
		if err == nil || blame.Of(err) != blame.User {
			t.Errorf("%s: %v", kdir, err)
		}
	}
}

// TestPaths checks that paths are refused if make, a shell or the compiler's
// "-Wp," would take them apart.
func TestPaths(t *testing.T) {
	for path, want := range map[string]bool{
		"/a/b-c_d.e+f@g=h~": true,
		"relative":          false, "/with space": false, "/a:b": false, "/a,b": false, "/a%b": false, "/a'b": false, "/a\nb": false, "/$(x)": false, "/a#b": false, "/a;b": false, "/a*": false, "/é": false,
	} {
		if err := CheckPath("cache", path); (err == nil) != want {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestNoticeTellsOfABuild(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	var lines []string
	b.Notice = func(line string) { lines = append(lines, line) }
	for range 2 {
		if _, err := b.Shipped(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"building 16 modules for 6.12.1"}, lines); diff != "" {
		t.Error(diff)
	}
}
