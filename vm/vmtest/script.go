// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"debug/elf"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Script is what a fake QEMU does.
type Script struct {
	Steps []Step `json:"steps,omitempty"` // then it runs until it is killed
	KVM   []Step `json:"kvm,omitempty"`   // instead of Steps, when it is asked for KVM
	NoQMP bool   `json:"no_qmp,omitempty"`
	// Keys are the guest's files under etc/klptest: with them the guest has
	// an SSH server that answers a command with the command itself.
	Keys map[string][]byte `json:"keys,omitempty"`
	// Model is the release of a kernel, such as 6.12: the guest has an agent
	// that answers with the model of that kernel's livepatch. Its keys are those
	// in its initramfs. OfKernel: the kernel names the release.
	Model string `json:"model,omitempty"`
	// Version is QEMU's, as --version prints it; empty: 7.2.22.
	Version string `json:"version,omitempty"`
	// Runs is a file that gets a line for each start: the process ID and the
	// accelerator.
	Runs string `json:"runs,omitempty"`
	// Commands is a file that gets a line for each QMP command of each start.
	Commands string `json:"commands,omitempty"`
	// Refuse maps QMP commands to the errors that answer them.
	Refuse map[string]string `json:"refuse,omitempty"`
	// DieAt is a QMP command that the process does not answer: it exits, with
	// status 1 and a line on its standard error.
	DieAt string `json:"die_at,omitempty"`
	// KillAt is a QMP command that makes the process kill itself with SIGKILL.
	KillAt string `json:"kill_at,omitempty"`
	// FailMigration makes each migration fail.
	FailMigration bool `json:"fail_migration,omitempty"`
	// Linger is how long the guest takes to notice that its SSH connection is
	// closed.
	Linger time.Duration `json:"linger,omitempty"`
}

// Step is one thing that a fake QEMU does; one of its fields is set.
type Step struct {
	After  string        `json:"after,omitempty"`  // wait until this QMP command has been answered
	Print  string        `json:"print,omitempty"`  // to the console
	Stderr string        `json:"stderr,omitempty"` // as QEMU itself
	Flood  int           `json:"flood,omitempty"`  // so many MiB of lines to the console
	Sleep  time.Duration `json:"sleep,omitempty"`
	Hangup bool          `json:"hangup,omitempty"` // close QMP, and go on
	Hang   bool          `json:"hang,omitempty"`   // until killed
	Exit   *int          `json:"exit,omitempty"`   // with this status
}

// OfKernel is a Model that the last line of the kernel's image names.
const OfKernel = "of the kernel"

// Exit is a step that ends the process.
func Exit(status int) Step { return Step{Exit: &status} }

// scriptEnv holds the script's path in a process that is to be a fake QEMU.
const scriptEnv = "KLPTEST_FAKE_QEMU"

// QEMU returns the path of a program that behaves as the script says. It is
// this test binary, which must call Main.
func QEMU(t testing.TB, script Script) string {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "qemu")
	// Under the race detector, a program would sleep for a second before it
	// exits.
	wrapper := "#!/bin/sh\nGORACE=atexit_sleep_ms=0 " + scriptEnv + "=" + quote(scriptPath(program)) + " exec " + quote(self) + ` "$@"` + "\n"
	if err := os.WriteFile(program, []byte(wrapper), 0o700); err != nil {
		t.Fatal(err)
	}
	Rewrite(t, program, script)
	return program
}

// Rewrite replaces the script of a program that QEMU returned. The program
// itself stays as it is.
func Rewrite(t testing.TB, program string, script Script) {
	t.Helper()
	text, err := json.Marshal(script)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(scriptPath(program), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func scriptPath(program string) string { return filepath.Join(filepath.Dir(program), "script.json") }

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Kernel returns the path of a file that passes for a kernel.
func Kernel(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vmlinux")
	if err := os.WriteFile(path, []byte("\x7fELF, as far as it goes"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Dynamic reports whether this test binary needs a loader. If so, it cannot be
// the /init of a guest.
func Dynamic(t testing.TB) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
}
