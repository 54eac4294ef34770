// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/filetest"
)

// TestCommand checks the command and the files that a guest gets.
func TestCommand(t *testing.T) {
	s := read(t, tree(t, map[string]string{"test-it's.sh": "", "functions.sh": "f"}))
	tests, err := s.Tests(t.Context(), nil, nil, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var asked machine.Command
	tests[0].Run(t.Context(), fakeMachine{asked: &asked})
	if !strings.Contains(asked.Args[0], "timeout -k 20 60") || asked.Text != "./test-it's.sh" || asked.Verb != machine.Sh {
		t.Errorf("%+v", asked)
	}
	if strings.Contains(asked.Args[0], fixedAddresses) || !strings.Contains(tests[0].command(true).Args[0], fixedAddresses) {
		t.Error("an emulated guest alone has fixed addresses")
	}
	if got := tests[0].Files(); string(got["functions.sh"]) != "f" || len(got) != 2 {
		t.Errorf("%v", got)
	}
	if names, own := tests[0].Modules(); names != nil || own != nil {
		t.Errorf("%v, %v", names, own)
	}
	if _, err := os.Stat(tests[0].describe().File); err != nil {
		t.Error(err)
	}
}

// TestUnable: what keeps a script from running is no fault of the kernel, unless the kernel
// logs one.
func TestUnable(t *testing.T) {
	const notFound = "sh: exec: line 0: /bin/bash: not found"
	warns := kernelSays("WARNING: CPU: 0 PID: 9 at kernel/x.c:1 f+0x1/0x2", "---[ end trace 0 ]---")
	for name, c := range map[string]struct {
		a       machine.Answer
		verdict judge.Verdict
		reason  string
	}{
		"not prepared": {machine.Answer{Output: "mkdir: no space\n" + unprepared + "\n", Errno: "exit 126"}, judge.Error, "the guest cannot be prepared for the script: mkdir: no space"},
		"a warning":    {machine.Answer{Output: unprepared + "\n", Errno: "exit 126", Records: warns}, judge.Fail, "unexpected WARNING f: " + warns[0].Text},
		"no bash":      {machine.Answer{Output: notFound + "\n", Errno: "exit 127"}, judge.Error, "the script cannot be run: exit 127: " + notFound},
		"its own exit": {machine.Answer{Output: "TEST: a ... ok\n./x: not found\n", Errno: "exit 127"}, judge.Fail, "exit 127: ./x: not found"},
		"killed":       {machine.Answer{Output: "TEST: a ... ok\nKilled\n", Errno: "exit 137"}, judge.Fail, "exit 137: Killed"},
	} {
		res := someTest(t).Run(t.Context(), fakeMachine{answer: c.a})
		if res.Verdict != c.verdict || len(res.Reasons) != 1 || res.Reasons[0] != c.reason {
			t.Errorf("%s: %s %q, want %s %q", name, res.Verdict, res.Reasons, c.verdict, c.reason)
		}
	}
}

// TestGuarded runs lines in the bash of this host: a script ends by itself, runs out of time,
// is killed, cannot be run, or has a guest that cannot be prepared.
func TestGuarded(t *testing.T) {
	for _, program := range []string{"bash", "timeout"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	for name, c := range map[string]struct {
		script, preparation string
		limit               time.Duration
		want                string // the status, and whether the guest was prepared
	}{
		"ends":           {"exit 3", "true", time.Minute, "exit 3 true"},
		"time is up":     {"exec sleep 600", "true", time.Second, "exit 124 true"},
		"must be killed": {"trap : TERM; while :; do sleep 0.1; done", "true", time.Second, "exit 124 true"},
		"is killed":      {"kill -9 $$", "true", time.Minute, "exit 137 true"},
		"is not found":   {"", "rm test-x.sh", time.Minute, "exit 127 true"},
		"not prepared":   {"exit 3", "echo no space && false", time.Minute, "exit 126 false"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			filetest.Put(t, filepath.Join(dir, "test-x.sh"), "#!/bin/bash\n"+c.script+"\n")
			cmd := exec.CommandContext(t.Context(), "bash", "-c", guarded(c.preparation, "test-x.sh", c.limit, 100*time.Millisecond))
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatal(err)
			}
			got := fmt.Sprintf("exit %d %v", exit.ExitCode(), !strings.HasSuffix(string(out), unprepared+"\n"))
			if got != c.want {
				t.Errorf("%s, want %s\n%s", got, c.want, out)
			}
		})
	}
}

// TestPreparation: a dangling link is no obstacle, nor is a directory that is there.
func TestPreparation(t *testing.T) {
	if _, err := exec.LookPath("realpath"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.Symlink("gone/headers", filepath.Join(dir, "build")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", buildable(dir)).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "build")); err != nil || !info.IsDir() {
		t.Errorf("%v, %v", info, err)
	}
	some := Test{suite: &Suite{}}
	for _, step := range []string{buildable("/lib/modules/$(uname -r)"), quietObjects} {
		if !strings.Contains(some.preparation(false), step) {
			t.Errorf("no %q in %s", step, some.preparation(false))
		}
	}
}
