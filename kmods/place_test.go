// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/cache/cachetest"
)

// site is a place with a fake make.
type site struct {
	files  map[string]string
	line   string
	said   string
	status int
	err    error
	built  map[string][]byte
	builds int
}

func (s *site) Compiler() string { return "gcc (fake) 12" }

func (s *site) Build(_ context.Context, files []Source, line string, made []string) (map[string][]byte, string, int, error) {
	s.builds++
	s.files, s.line = map[string]string{}, line
	for _, f := range files {
		s.files[f.Name] = string(f.Data)
	}
	if s.built == nil && s.status == 0 {
		built := map[string][]byte{}
		for _, name := range made {
			built[name] = []byte("ELF")
		}
		return built, s.said, 0, s.err
	}
	return s.built, s.said, s.status, s.err
}

func inSite(t *testing.T, s *site, boxed bool) (build, string) {
	t.Helper()
	target := Target{KDir: "/lib/modules/6.1/build", Release: "6.1", Key: "image", Place: s}
	return build{target: target, files: []Source{{"klp_mine.c", []byte("int x;\n")}}, foreign: boxed, limit: buildLimit}, t.TempDir()
}

func TestBuildInPlace(t *testing.T) {
	s := &site{}
	b, dir := inSite(t, s, true)
	if err := b.in(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	want := `make -C /lib/modules/6.1/build --no-print-directory M="$PWD" KCFLAGS=-g0 KAFLAGS=-g0 CONFIG_DEBUG_INFO_BTF_MODULES= modules`
	if s.line != want || !strings.Contains(s.files["Kbuild"], "obj-m += klp_mine.o") || s.files["klp_mine.c"] != "int x;\n" {
		t.Errorf("%s\n%q", s.line, s.files)
	}
	to := t.TempDir()
	if err := b.collect(t.Context(), dir, to); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(to + "/klp_mine.ko"); err != nil || string(data) != "ELF" {
		t.Errorf("%q, %v", data, err)
	}
}

// A stranger's C needs no sandbox in a place, and is built once.
func TestForeignInPlace(t *testing.T) {
	s := &site{status: 2, said: "/run/x/klp_mine.c:1:1: error: no\nmake: *** [klp_mine.o] Error 1\n"}
	b, _ := inSite(t, s, true)
	builder := &Builder{Cache: cachetest.New(t), abi: func() int { return 0 }}
	_, err := builder.Foreign(t.Context(), b.target, b.files)
	if f, ok := errors.AsType[Failure](err); !ok || f.Err.Party != blame.User || f.Log != s.said || !strings.Contains(f.Err.Tail, "error: no") {
		t.Errorf("%v", err)
	}
	if s.builds != 1 {
		t.Errorf("%d builds", s.builds)
	}
}

// TestTalkativeBuild: a build that prints too much is the fault of the C that is built.
func TestTalkativeBuild(t *testing.T) {
	for _, foreign := range []bool{true, false} {
		b, dir := inSite(t, &site{said: "klp_mine.c:1:1: warning: again\n", err: fmt.Errorf("in the guest: %w", bounded.ErrTooLong)}, foreign)
		err := b.in(t.Context(), dir)
		f, ok := errors.AsType[Failure](err)
		if !ok || !strings.Contains(err.Error(), "prints more than 1048576 bytes") || !strings.Contains(f.Err.Tail, "again") || (f.Err.Party == blame.User) != foreign {
			t.Errorf("%+v", err)
		}
	}
}

func TestPlacesThatFail(t *testing.T) {
	gone := blame.Rigf("the guest is gone")
	for want, s := range map[string]*site{
		"the guest is gone":               {err: gone},
		"did not build klp_mine.ko":       {built: map[string][]byte{}},
		"(against /lib/modules/6.1/build": {status: 2, said: "make: *** no headers.  Stop.\n"},
	} {
		b, dir := inSite(t, s, false)
		if err := b.in(t.Context(), dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	b, dir := inSite(t, &site{built: map[string][]byte{"klp_mine.ko": make([]byte, maxModule+1)}}, false)
	if err := b.in(t.Context(), dir); err == nil {
		t.Error("a huge module is taken")
	}
}
