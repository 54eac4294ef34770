// SPDX-License-Identifier: Apache-2.0

package program

import (
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestChild(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "echo hello; read x; kill -BUS $$")
	var out strings.Builder
	cmd.Stdout = &out
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Start(cmd, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	if group, err := unix.Getpgid(c.Pid()); err != nil || group != c.Pid() {
		t.Errorf("process %d is of group %d, %v", c.Pid(), group, err)
	}
	select {
	case <-c.Done():
		t.Error("it has ended while it reads")
	default:
	}
	stdin.Close()
	if err := c.Wait(); err == nil || !c.KilledBy(syscall.SIGBUS) || c.KilledBy(syscall.SIGKILL) {
		t.Errorf("%v", err)
	}
	if out.String() != "hello\n" {
		t.Errorf("output %q", out.String())
	}
	c.Kill() // does nothing
}

func TestChildThatIsKilled(t *testing.T) {
	for _, script := range []string{"exec sleep 600", "exit 7"} {
		c, err := Start(exec.Command("/bin/sh", "-c", script), syscall.SIGKILL)
		if err != nil {
			t.Fatal(err)
		}
		killed := strings.Contains(script, "sleep")
		if killed {
			c.Kill()
		}
		if err := c.Wait(); err == nil || c.KilledBy(syscall.SIGKILL) != killed {
			t.Errorf("%s: %v", script, err)
		}
	}
	if _, err := Start(exec.Command("no-such-program"), syscall.SIGKILL); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("%v", err)
	}
}
