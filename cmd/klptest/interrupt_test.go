// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/bundle"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/kmods/kmodstest"
	"github.com/klptest/klptest/vm/vmtest"
)

// interruptions are commands and what they wait for when they are interrupted: a
// program that hangs, standard input, or the lock of a process that removes cache
// entries. In the words, $KERNEL is a build tree and $SOURCE a source; the other
// names are files that h.words makes, and $QEMU a program that hangs.
var interruptions = []struct {
	hangs string
	words string
	out   string // a pattern for standard output, which must be empty if this is
	said  string // on standard error, before the interrupt
}{
	{hangs: "gcc", words: "doctor"},
	{hangs: "apt-get", words: "kernel list"},
	{hangs: "apt-get", words: "kernel fetch debian:6.12"},
	{hangs: "apt-get", words: "run --kernel debian:6.12 state-add"},
	{hangs: "apt-get", words: "doctor --kernel debian:6.12"},
	{hangs: "apt-get", words: "shell --kernel debian:6.12"},
	{hangs: "apt-get", words: "explore --kernel debian:6.12"},
	{hangs: "make", words: "kernel build $SOURCE"},
	{hangs: "make", words: "run --kernel $SOURCE state-add"},
	{hangs: "make", words: "series --base $SOURCE $PATCH state-add"},
	{hangs: "make", words: "mutants $SOURCE state-add"},
	{hangs: "make", words: "variants $SOURCE state-add", said: "klptest: kernel server\n"},
	{hangs: "make", words: "run --kernel $KERNEL --accel tcg --qemu $QEMU state-add", out: oneNotRun},
	{hangs: "make", words: "shell --kernel $KERNEL --accel tcg --qemu $QEMU"},
	{hangs: "qemu", words: "run --kernel $KERNEL --accel tcg --qemu $QEMU state-add", out: oneNotRun},
	{hangs: "qemu", words: "run --kernel $KERNEL --accel tcg --qemu $QEMU --format ktap state-add", out: "(?s)^KTAP version 1\n.*"},
	{hangs: "qemu", words: "shell --kernel $KERNEL --accel tcg --qemu $QEMU"},
	{hangs: "qemu", words: "explore --patches 1 --depth 1 --kernel $KERNEL --accel tcg --qemu $QEMU"},
	{hangs: "qemu", words: "matrix $MATRIX --out $OUT --accel tcg --qemu $QEMU", out: oneNotRun, said: "klptest: cell 1 of 1: x y\n"},
	{hangs: "qemu", words: "repro $BUNDLE --kernel $KERNEL --accel tcg --qemu $QEMU", out: `^0 passed, 0 failed, 0 errors, 0 skipped, 3 not run in .*\n$`},
	{hangs: "git", words: "bisect --git $SOURCE --good a --bad b state-add"},
	{hangs: "git", words: "series --git $SOURCE a..b"},
	{hangs: "stdin", words: "new"},
	{hangs: "stdin", words: "new --explain -"},
	{hangs: "stdin", words: "check -"},
	{hangs: "stdin", words: "run state-add -"},
	{hangs: "stdin", words: "predict -"},
	{hangs: "stdin", words: "judge - --case state-add"},
	{hangs: "stdin", words: "shell - -- true"},
	{hangs: "stdin", words: "series --base $SOURCE - state-add"},
	{hangs: "lock", words: "cache ls"},
	{hangs: "lock", words: "cache rm --all"},
	{hangs: "lock", words: "cache prune --max-size 0"},
	{hangs: "lock", words: "kernel list"},
	{hangs: "lock", words: "run --kernel $KERNEL state-add"},
}

const oneNotRun = `^0 passed, 0 failed, 0 errors, 0 skipped, 1 not run in .*\n$`

// buildNotice matches the notice of a build. That of modules may come at any moment, since
// they are built beside other work.
var buildNotice = regexp.MustCompile(`(?m)^klptest: building (\d+ modules for|the kernel of) .*\n`)

// endsSoon limits how long a command may take to end after an interrupt, on a busy
// host.
const endsSoon = 20 * time.Second

// TestInterrupt checks that an interrupt ends every command, whatever it waits for,
// and that the command then prints nothing untrue.
func TestInterrupt(t *testing.T) {
	for _, test := range interruptions {
		t.Run(strings.ReplaceAll(test.hangs+" "+test.words, "$", ""), func(t *testing.T) {
			h := newHanging(t, test.hangs)
			status, out, said := h.interrupt(strings.Fields(h.expand(test.words)))
			said = buildNotice.ReplaceAllString(said, "")
			if status != exit.Interrupted || said != test.said+"klptest: interrupted\n" {
				t.Errorf("status %d, standard error %q", status, said)
			}
			if test.out == "" && out != "" || !regexp.MustCompile(test.out).MatchString(out) {
				t.Errorf("standard output %q, want %q", out, test.out)
			}
		})
	}
}

// hanging is an environment for a command in which something hangs.
type hanging struct {
	t     *testing.T
	what  string
	waits func() bool // the command has reached what hangs
	words map[string]string
	in    io.Reader
}

func newHanging(t *testing.T, what string) *hanging {
	t.Helper()
	dir := t.TempDir()
	reached := filepath.Join(dir, "reached")
	h := &hanging{t: t, what: what, waits: func() bool { return exists(reached) }, in: strings.NewReader("")}
	bin := filepath.Join(dir, "bin")
	kmodstest.Make(t, bin)
	filetest.Put(t, filepath.Join(bin, what), "#!/bin/sh\necho >"+reached+"\nexec sleep 300\n")
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	kernel, source := imagestest.BuildTree(t), filepath.Join(dir, "source")
	filetest.Put(t, filepath.Join(kernel, ".config"), imagestest.TreeConfig+modelConfig)
	for _, name := range []string{"Kconfig", "Kbuild", "kernel/livepatch/core.c"} {
		filetest.Put(t, filepath.Join(source, name), "")
	}
	filetest.Put(t, filepath.Join(source, "Makefile"), "VERSION = 6\nPATCHLEVEL = 12\n")
	filetest.Put(t, filepath.Join(dir, "a.patch"), "From 0 Mon Sep 17 00:00:00 2001\nSubject: a\n\n---\n--- a/Kconfig\n+++ b/Kconfig\n@@ -0,0 +1 @@\n+a\n")
	script := vmtest.Script{Model: "6.12"}
	if what == "qemu" {
		script = vmtest.Script{Steps: []vmtest.Step{{Hang: true}}, Runs: reached}
	}
	filetest.Put(t, filepath.Join(dir, "m.yaml"), "kernels: [{name: x, kernel: "+kernel+"}]\ncases: [{name: y, select: [state-add]}]\n")
	putBundle(t, filepath.Join(dir, "a.klpbundle"))
	h.words = map[string]string{"MATRIX": filepath.Join(dir, "m.yaml"), "OUT": filepath.Join(dir, "out"), "BUNDLE": filepath.Join(dir, "a.klpbundle"), "KERNEL": kernel, "SOURCE": source, "PATCH": filepath.Join(dir, "a.patch"), "QEMU": vmtest.QEMU(t, script)}
	if what == "stdin" {
		h.in = endless{t.Context(), reached}
	}
	if what == "lock" {
		h.lock(filepath.Join(dir, "cache", "klptest"))
	}
	return h
}

// putBundle writes a bundle of a failed shipped case.
func putBundle(t *testing.T, path string) {
	t.Helper()
	c, err := cases.LoadOne("state-add")
	if err != nil {
		t.Fatal(err)
	}
	failed := report.Outcome{Result: judge.Result{Name: c.Name, File: c.File, Verdict: judge.Fail, Reasons: []string{"it is wrong"}}}
	err = replaceFile(path, func(w io.Writer) error { return bundle.Write(w, bundle.Failure{Case: c, Outcome: failed}) })
	if err != nil {
		t.Fatal(err)
	}
}

func (h *hanging) expand(words string) string {
	return os.Expand(words, func(name string) string { return h.words[name] })
}

// endless is a standard input on which nothing arrives.
type endless struct {
	ctx     context.Context // of the test
	reached string
}

func (e endless) Read([]byte) (int, error) {
	if err := os.WriteFile(e.reached, nil, 0o600); err != nil {
		return 0, err
	}
	<-e.ctx.Done()
	return 0, io.EOF
}

// lock takes the lock of a process that removes entries of the cache.
func (h *hanging) lock(root string) {
	path := filepath.Join(root, "users.lock")
	filetest.Put(h.t, path, "")
	f, err := os.Open(path)
	if err == nil {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
	}
	var s unix.Stat_t
	if err := errors.Join(err, unix.Stat(path, &s)); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { f.Close() })
	waiter := regexp.MustCompile(fmt.Sprintf(`-> FLOCK .*:%d `, s.Ino)) // proc_locks(5)
	h.waits = func() bool {
		locks, _ := os.ReadFile("/proc/locks")
		return waiter.Match(locks)
	}
}

// interrupt runs a command, and interrupts it once it waits.
func (h *hanging) interrupt(words []string) (status int, out, said string) {
	h.t.Helper()
	ctx, cancel := context.WithCancelCause(h.t.Context())
	defer cancel(nil)
	var o, e bytes.Buffer
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, words, streams{h.in, &o, &e}) }()
	for deadline := time.Now().Add(20 * time.Second); !h.waits(); time.Sleep(10 * time.Millisecond) {
		if len(ended) > 0 || time.Now().After(deadline) {
			h.t.Fatalf("it does not get there: %s%s", o.String(), e.String())
		}
	}
	cancel(errInterrupted)
	select {
	case status = <-ended:
		return status, o.String(), e.String()
	case <-time.After(endsSoon):
		h.t.Fatal("it does not end")
		return 0, "", ""
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestInterruptedBefore checks that no command begins after an interrupt.
func TestInterruptedBefore(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	a := &app{}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	for _, words := range runnable(a.rootCommand(), nil) {
		want := "klptest: interrupted\n"
		if slices.Contains(words, stepName) {
			want = "" // the search itself says so
		}
		var out, err bytes.Buffer
		if status := run(ctx, words, streams{strings.NewReader(""), &out, &err}); status != exit.Interrupted || out.Len() > 0 || err.String() != want {
			t.Errorf("%q: status %d, %q, %q", words, status, out.String(), err.String())
		}
	}
}

// runnable returns the commands that do something, each with as few arguments as
// possible.
func runnable(c *cobra.Command, words []string) (list [][]string) {
	for _, sub := range c.Commands() {
		list = append(list, runnable(sub, append(words[:len(words):len(words)], sub.Name()))...)
	}
	for n := 0; c.Runnable() && n < 2; n++ {
		args := []string{"x"}[:n]
		if c.Args == nil || c.Args(c, args) == nil {
			return append(list, append(words[:len(words):len(words)], args...))
		}
	}
	return list
}

// TestNoticeAfterInterrupt checks that no notice follows an interrupt, which causes
// whatever fails then.
func TestNoticeAfterInterrupt(t *testing.T) {
	var out bytes.Buffer
	over := false
	a := &app{streams: streams{err: &out}, noticed: map[string]bool{}, over: func() bool { return over }}
	a.notice("before")
	over = true
	a.notice("no guest: interrupted")
	a.say("work directory: x")
	if want := "klptest: before\nklptest: work directory: x\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
