// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// realKernel is the kernel whose headers or build tree $KLPTEST_KDIR names.
func realKernel(t *testing.T) Target {
	t.Helper()
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to run tests that need a compiler")
	}
	kdir := os.Getenv("KLPTEST_KDIR")
	if kdir == "" {
		t.Skip("set KLPTEST_KDIR to the directory of a kernel's headers")
	}
	k := Target{KDir: kdir, Key: "test"}
	k.Release = match(t, filepath.Join(kdir, "include/generated/utsrelease.h"), `UTS_RELEASE "(.*)"`)
	if included := match(t, filepath.Join(kdir, "Makefile"), `(?m)^include (/.*)/Makefile$`); included != "" {
		k.Headers = []string{included}
	}
	return k
}

func match(t *testing.T, path, re string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(re).FindStringSubmatch(string(text)); m != nil {
		return m[1]
	}
	return ""
}

func realBuilder(t *testing.T) *Builder {
	t.Helper()
	c, err := cache.Open(filepath.Join(t.TempDir(), "cache"))
	if err != nil {
		t.Fatal(err)
	}
	return &Builder{Cache: c}
}

func TestBuildShipped(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	k.Live = true // its log is kept
	got, err := b.Shipped(t.Context(), k)
	if err != nil {
		t.Fatal(blameDetail(err))
	}
	logs, err := filepath.Glob(filepath.Join(b.Cache.Root(), "kmods-live", "*"))
	if err != nil || len(logs) != 1 {
		t.Fatal(logs, err)
	}
	if log := readLog(logs[0]); strings.Contains(log, "warning") {
		t.Errorf("warnings:\n%s", log)
	}
	for name, m := range got {
		info, err := os.Stat(m.Path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 64<<10 {
			t.Errorf("%s has %d bytes: is debug information in it?", name, info.Size())
		}
	}
}

// Nothing that make took for up to date is compiled again.
func TestBuildLiveAgain(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	k.Live = true
	for range 2 {
		if _, err := b.Shipped(t.Context(), k); err != nil {
			t.Fatal(blameDetail(err))
		}
	}
	dirs, err := filepath.Glob(filepath.Join(b.Cache.Root(), "kmods-live", "*"))
	if err != nil || len(dirs) != 1 {
		t.Fatal(dirs, err)
	}
	if log := readLog(dirs[0]); strings.Contains(log, "CC [M]") {
		t.Errorf("the second make compiled:\n%s", log)
	}
}

const goodModule = `// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include "own.h"
MODULE_LICENSE("GPL");
`

// Each attack works where sources are trusted, so the test can fail.
func TestBuildForeignAttacks(t *testing.T) {
	k := realKernel(t)
	if landlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	secret := filepath.Join(t.TempDir(), "secret.h")
	write(t, secret, "/* sesame */\n")
	for _, tt := range []struct{ name, code, denial string }{
		{"incbin", `asm(".section .sesame,\"a\"\n.incbin \"/etc/passwd\"\n.previous");`, "file not found: /etc/passwd"},
		{"include", "#include \"" + secret + "\"\n", "secret.h: Permission denied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := []Source{{"own.c", []byte(goodModule + tt.code + "\n")}, {"own.h", nil}}
			b := realBuilder(t)
			_, err := b.Foreign(t.Context(), k, files)
			e, ok := errors.AsType[*blame.Error](err)
			if !ok || e.Party != blame.User || e.Summary != "own.c does not compile" {
				t.Fatalf("%v", err)
			}
			if !strings.Contains(e.Tail, tt.denial) {
				t.Errorf("denied for another reason:\n%s", e.Tail)
			}
			b.Trust = true
			if _, err := b.Foreign(t.Context(), k, files); err != nil {
				t.Errorf("trusted: %v", blameDetail(err))
			}
		})
	}
}

func TestBuildForeignInclude(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	// The first line of passwd is no C: the error would quote it.
	_, err := b.Foreign(t.Context(), k, []Source{{"own.c", []byte("#include \"/etc/passwd\"\n")}})
	if err == nil || strings.Contains(blameDetail(err), "root:") {
		t.Errorf("%v", blameDetail(err))
	}
}

func TestBuildForeignName(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	mark := filepath.Join(t.TempDir(), "x")
	_, err := b.Foreign(t.Context(), k, []Source{{"$(shell touch " + mark + ").c", nil}})
	if blame.Of(err) != blame.User {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the command in the name ran")
	}
}

// What Kbuild cannot find out in the sandbox, it leaves out without a word.
func TestSandboxDoesNotChangeTheModule(t *testing.T) {
	k := realKernel(t)
	var built [2][]byte
	for i, trust := range []bool{false, true} {
		b := realBuilder(t)
		b.Trust = trust
		code := goodModule + "int own(int (*f)(void));\nint own(int (*f)(void)) { return f() + 1; }\n"
		got, err := b.Foreign(t.Context(), k, []Source{{"own.c", []byte(code)}, {"own.h", nil}})
		if err != nil {
			t.Fatal(blameDetail(err))
		}
		if built[i], err = os.ReadFile(got["own"].Path); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(built[0], built[1]) {
		t.Error("the module that was built in the sandbox differs from the one that was built outside")
	}
}

func TestBuildForeign(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	got, err := b.Foreign(t.Context(), k, []Source{{"own.c", []byte(goodModule)}, {"own.h", nil}})
	if err != nil {
		t.Fatal(blameDetail(err))
	}
	if got["own"].Info.Name != "own" {
		t.Errorf("%+v", got)
	}
}

func TestBuildForeignErrors(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	for _, tt := range []struct{ code, summary, tail string }{
		{"int f(void) { return nope; }", "own.c does not compile", "own.c:5:22: error: 'nope' undeclared"},
		{"int nope(void); int f(void); int f(void) { return nope(); }", "own.c does not link", `"nope" [own.ko] undefined`},
		{"#error out of $(luck)\x1b[2J", "own.c does not compile", `#error out of $(luck)\x1b[2J`},
	} {
		_, err := b.Foreign(t.Context(), k, []Source{{"own.c", []byte(goodModule + tt.code + "\n")}, {"own.h", nil}})
		e, ok := errors.AsType[*blame.Error](err)
		if !ok || e.Party != blame.User || e.Summary != tt.summary || !strings.Contains(e.Tail, tt.tail) {
			t.Errorf("%s: %v", tt.code, blameDetail(err))
		}
	}
}

func blameDetail(err error) string {
	if e, ok := errors.AsType[*blame.Error](err); ok {
		return e.Detail()
	}
	if err == nil {
		return "no error"
	}
	return err.Error()
}
