// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// secretFD is the number of a descriptor that klptest is started with.
const secretFD = 20

// withSecrets is klptest with a pipe that holds a secret, as descriptor
// secretFD, and one in its environment.
func withSecrets(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	r, w, err := os.Pipe()
	if err == nil {
		_, err = w.WriteString("#warning SECRET\n")
		w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	cmd := klptest(home, args...)
	cmd.Env = append(cmd.Env, "TOKEN=SECRET")
	for len(cmd.ExtraFiles)+3 <= secretFD {
		cmd.ExtraFiles = append(cmd.ExtraFiles, r)
	}
	return cmd
}

// A stranger's C cannot read a pipe that klptest has inherited.
func attackInheritedPipe(t *testing.T, home string) {
	out, err := withSecrets(t, home, "run", "testdata/attack/inherit.txtar").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "does not compile") || strings.Contains(string(out), "SECRET") {
		t.Errorf("%v\n%s", err, out)
	}
	discard(t, home, "tmp") // the work directory of a run with an ERROR is kept
}

// QEMU has neither that pipe nor the environment.
func attackQEMUInherits(t *testing.T, home string) {
	cmd := withSecrets(t, home, "run", "-j", "1", "testdata/attack/wait.txtar")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	looked := 0
	for running := true; running; {
		select {
		case err := <-ended:
			running = false
			if err != nil {
				t.Error(err)
			}
		case <-time.After(50 * time.Millisecond):
		}
		for _, proc := range qemuDirs(t, home) {
			environ, err := os.ReadFile(filepath.Join(proc, "environ"))
			if err != nil || len(environ) == 0 {
				continue // it has ended
			}
			looked++
			if strings.Contains(string(environ), "SECRET") {
				t.Fatalf("its environment: %q", environ)
			}
			fd := filepath.Join(proc, "fd", "20")
			if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "pipe:") {
				t.Fatalf("%s is %s", fd, to)
			}
		}
	}
	if looked == 0 {
		t.Error("no QEMU was seen")
	}
}

// qemuDirs are the directories in /proc of the QEMUs that use a cache.
func qemuDirs(t *testing.T, home string) (list []string) {
	t.Helper()
	for _, proc := range users(t, home) {
		if data, err := os.ReadFile(filepath.Join(proc, "cmdline")); err == nil && strings.Contains(string(data), "qemu-system") {
			list = append(list, proc)
		}
	}
	return list
}
