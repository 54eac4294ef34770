// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
)

// hostlessEnv makes the test program write to a host that has gone.
const hostlessEnv = "KLPTEST_TEST_HOSTLESS"

// hostless returns 0 if the write fails, and SIGPIPE ends a command as ever.
func hostless() int {
	outliveHost()
	if _, err := os.Stdout.WriteString("hello"); !errors.Is(err, unix.EPIPE) {
		return 1
	}
	err := exec.Command("/bin/sh", "-c", "kill -PIPE $$").Run()
	if err == nil || err.Error() != "signal: broken pipe" {
		return 2
	}
	return 0
}

// An agent ends in order when its host has gone.
func TestOutliveHost(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), hostlessEnv+"=1")
	cmd.Stdout = w
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
}

func TestStreamRole(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"/tmp/klptest-agent.x/klptest", guest.StreamAgent}, streamName},
		{[]string{"/tmp/klptest-agent.x/klptest", guest.PlantedAgent}, plantName},
		{[]string{"klptest", "run", guest.StreamAgent}, ""},
		{[]string{"klptest"}, ""},
	} {
		if got := role(7, c.args); got != c.want {
			t.Errorf("%q: %q, want %q", c.args, got, c.want)
		}
	}
}

// Only one agent runs at a time; the next one waits a little for the one before
// it.
func TestLock(t *testing.T) {
	name := fmt.Sprintf("@klptest-test-%d", os.Getpid())
	first, err := lock(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(name, 0); err == nil || err.Error() != "another klptest uses this machine" {
		t.Error(err)
	}
	time.AfterFunc(2*lockPause, func() { first.Close() })
	second, err := lock(name, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}
