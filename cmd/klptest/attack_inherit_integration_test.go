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

// tcpListen is TCP_LISTEN in /proc/net/tcp (include/net/tcp_states.h).
const tcpListen = "0A"

// withSecrets returns a klptest command that inherits a secret twice: in a pipe,
// as descriptor secretFD, and in its environment.
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

// attackInheritedPipe checks that a stranger's C cannot read a pipe that klptest
// has inherited.
func attackInheritedPipe(t *testing.T, home string) {
	out, err := withSecrets(t, home, "run", "testdata/attack/inherit.txtar").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "does not compile") || strings.Contains(string(out), "SECRET") {
		t.Errorf("%v\n%s", err, out)
	}
	discard(t, home, "tmp") // the work directory of a run with an ERROR is kept
}

// attackQEMUInherits checks that QEMU has neither that pipe nor the environment.
// It must not listen on a port either, where another user of the host could reach
// the guest.
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
			if ports := listening(t, proc); ports != nil {
				t.Fatalf("it listens on %q", ports)
			}
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

// listening returns the TCP addresses on which a process listens, in the form of
// /proc/net/tcp.
func listening(t *testing.T, proc string) (addresses []string) {
	t.Helper()
	own := map[string]bool{}
	links, _ := filepath.Glob(filepath.Join(proc, "fd", "*"))
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil {
			own[to] = true
		}
	}
	for _, name := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(filepath.Join(proc, "net", name))
		if err != nil {
			return nil // it has ended
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && f[3] == tcpListen && own["socket:["+f[9]+"]"] {
				addresses = append(addresses, f[1])
			}
		}
	}
	return addresses
}

// qemuDirs returns the directories in /proc of the QEMUs that use a cache.
func qemuDirs(t *testing.T, home string) (list []string) {
	t.Helper()
	for _, proc := range users(t, home) {
		if data, err := os.ReadFile(filepath.Join(proc, "cmdline")); err == nil && strings.Contains(string(data), "qemu-system") {
			list = append(list, proc)
		}
	}
	return list
}
