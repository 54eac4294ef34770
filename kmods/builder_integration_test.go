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
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/supervise"
)

// realKernel returns the kernel whose headers or build tree $KLPTEST_VM_KDIR names.
func realKernel(t *testing.T) Target {
	t.Helper()
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to run tests that need a compiler")
	}
	kdir := os.Getenv("KLPTEST_VM_KDIR")
	if kdir == "" {
		t.Fatal("set KLPTEST_VM_KDIR to the kdir that `klptest kernel fetch debian:6.12` prints")
	}
	k := Target{KDir: kdir, Key: "test"}
	k.Release = match(t, filepath.Join(kdir, "include/generated/utsrelease.h"), `UTS_RELEASE "(.*)"`)
	// The headers of one flavour include linux-headers-…-common.
	if common := match(t, filepath.Join(kdir, "Makefile"), `(?m)^include .*/([^/]+)/Makefile$`); common != "" {
		k.Headers = []string{filepath.Join(filepath.Dir(kdir), common)}
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
	return &Builder{Cache: cachetest.New(t)}
}

// TestIntegrationShipped checks that there are no warnings, that modules are not as
// large as with debug information, and that a second run builds nothing: all that a
// module reads of a build tree is in its key.
func TestIntegrationShipped(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	k.Live = true
	log := teeMake(t, b)
	for range 2 {
		got, err := b.Shipped(t.Context(), k)
		if err != nil {
			t.Fatal(blameDetail(err))
		}
		for name, m := range got {
			data, err := os.ReadFile(m.Path)
			if err != nil || len(data) > 64<<10 {
				t.Errorf("%s: %v, %d bytes", name, err, len(data))
			}
		}
		b.trees = nil // as in a new run
	}
	text, err := os.ReadFile(log)
	if n := len(regexp.MustCompile(`CC \[M\] +klp_a\.o\n`).FindAll(text, -1)); err != nil || n != 1 || strings.Contains(string(text), "warning") {
		t.Errorf("%v, klp_a.o was compiled %d times:\n%s", err, n, text)
	}
}

// teeMake makes the builder keep what make prints.
func teeMake(t *testing.T, b *Builder) (log string) {
	t.Helper()
	dir := t.TempDir()
	log, b.make = filepath.Join(dir, "log"), filepath.Join(dir, "make")
	filetest.Put(t, b.make, "#!/bin/sh\nmake \"$@\" 2>&1 | sed 's,/[^ ]*/,,' | tee -a "+log+"\n")
	if err := os.Chmod(b.make, 0o700); err != nil {
		t.Fatal(err)
	}
	return log
}

const goodModule = `// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include "own.h"
MODULE_LICENSE("GPL");
`

// Each attack works if the sources are trusted, so the test can fail.
func TestIntegrationForeignReadsNoHostFile(t *testing.T) {
	k := realKernel(t)
	if supervise.LandlockABI() < 1 {
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

func TestIntegrationErrorsQuoteNoHostFile(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	// The first line of passwd is not C: the error would quote it.
	_, err := b.Foreign(t.Context(), k, []Source{{"own.c", []byte("#include \"/etc/passwd\"\n")}})
	if err == nil || strings.Contains(blameDetail(err), "root:") {
		t.Errorf("%v", blameDetail(err))
	}
}

func TestIntegrationForeignNameRunsNoCommand(t *testing.T) {
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

// Kbuild silently leaves out what it cannot find out in the sandbox.
func TestIntegrationSandboxDoesNotChangeTheModule(t *testing.T) {
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

func TestIntegrationForeign(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	got, err := b.Foreign(t.Context(), k, []Source{{"own.c", []byte(goodModule)}, {"own.h", nil}})
	if err != nil {
		t.Fatal(blameDetail(err))
	}
	if got["own"].Info.Name != "own" {
		t.Errorf("%+v", got)
	}
}

func TestIntegrationForeignErrors(t *testing.T) {
	k, b := realKernel(t), realBuilder(t)
	for _, tt := range []struct{ code, summary, tail string }{
		{"int f(void) { return nope; }", "own.c does not compile", "own.c:5:22: error: 'nope' undeclared"},
		{"int nope(void); int f(void); int f(void) { return nope(); }", "own.c does not link", `"nope" [own.ko] undefined`},
		{"#error out of $(luck)\x1b[2J", "own.c does not compile", "#error out of $(luck)"},
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
