// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

// boxed is a shell job in a box with the shell's programs.
func boxed(t *testing.T, script string) Job {
	t.Helper()
	if LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	j, output := shell(t, script)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("it says %q", output)
		}
	})
	j.Box = &Box{Dirs: []string{"/usr", "/bin", "/lib", "/lib64", "/proc"}, Files: []string{"/etc/ld.so.cache"}, Writable: []string{j.Dir}}
	return j
}

// A job in a box ends like any other: at its limit, when it is cancelled, and when
// the process that requested it is killed.
func TestBoxedJobEndsAtItsLimit(t *testing.T) {
	j := boxed(t, writePids+"sleep 600")
	j.Limit = time.Second
	began := time.Now()
	done, pids := start(t.Context(), t, j)
	supervisetest.KillAtEnd(t, pids)
	if got := <-done; got.err != nil || got.Ending != OutOfTime || time.Since(began) > 8*time.Second {
		t.Errorf("after %v: %+v", time.Since(began), got)
	}
	supervisetest.WantGone(t, pids, 0)
}

// TestBoxedJobOfAnyLength: the last byte of a job is read, whatever its length. A
// decoder reads 512, 1536 and 3584 bytes at once.
func TestBoxedJobOfAnyLength(t *testing.T) {
	for _, edge := range []int{1536, 3584} {
		for length := edge - 2; length <= edge+2; length++ {
			j := boxed(t, "true")
			j.Env = append(j.Env, "")
			j.Argv[0] = "/bin/sh"
			order, err := json.Marshal(j)
			if err != nil {
				t.Fatal(err)
			}
			j.Env[len(j.Env)-1] = strings.Repeat("x", length-len(order))
			if out, err := Run(t.Context(), j); err != nil || out.Err() != nil {
				t.Errorf("%d bytes: %+v, %v", length, out, err)
			}
		}
	}
}

func TestBoxedJobIsCancelled(t *testing.T) {
	if got := cancelled(t, boxed(t, writePids+"wait")); got != (Outcome{Ending: Cancelled, Code: -1, Killed: true}) {
		t.Errorf("%+v", got)
	}
}

func TestKillingTheParentEndsABoxedJob(t *testing.T) {
	if LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	cmd, pids := startVictim(t, "KLPTEST_TEST_BOX=1")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	supervisetest.WantGone(t, pids, 2*time.Second)
}

// TestWhatLeavesTheGroupIsEnded: a process that left the job's process group and lost
// its parent is ended too.
func TestWhatLeavesTheGroupIsEnded(t *testing.T) {
	script := `(setsid sh -c 'echo $$ >pids.new; mv pids.new pids; exec sleep 600' &); until test -e pids; do sleep 0.01; done`
	free, _ := shell(t, script)
	for _, j := range []Job{free, boxed(t, script)} {
		if out, err := Run(t.Context(), j); err != nil || out != (Outcome{Ending: Exited}) {
			t.Errorf("%+v, %v", out, err)
		}
		pids := supervisetest.WaitFor(t, j.Dir+"/pids")
		supervisetest.KillAtEnd(t, pids)
		supervisetest.WantGone(t, pids, 0)
	}
}

// TestBoxKeepsSignals: a process in a box can signal processes in the box, but
// neither the supervisor nor any other process.
func TestBoxKeepsSignals(t *testing.T) {
	if LandlockABI() < 6 {
		t.Skip("Landlock keeps no signals before ABI 6")
	}
	for _, tt := range []struct {
		name, script string
		want         int
	}{
		{"its own child", "sleep 600 & kill -0 $!", 0},
		{"the supervisor", "kill -0 $PPID", 1},
		{"this process", fmt.Sprintf("kill -0 %d", os.Getpid()), 1},
		{"its own group", "kill -0 0", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := boxed(t, tt.script)
			if out, err := Run(t.Context(), j); err != nil || out.Ending != Exited || out.Code != tt.want {
				t.Errorf("%+v, %v", out, err)
			}
			if j.Box = nil; tt.want == 1 {
				if out, err := Run(t.Context(), j); err != nil || out.Err() != nil {
					t.Errorf("without a box: %+v, %v", out, err)
				}
			}
		})
	}
}

// TestBoxedCommandCannotStart: the error names a command in a box that cannot be started.
func TestBoxedCommandCannotStart(t *testing.T) {
	j := boxed(t, "")
	j.Argv = []string{"/etc/hostname"}
	if out, err := Run(t.Context(), j); err != nil || out.Ending != Broken || !strings.Contains(out.Cause, "/etc/hostname") {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestSignalAll: a refused signal is an error; a signal without a process
// to receive it is not.
func TestSignalAll(t *testing.T) {
	if err := signalAll(1<<22+1, unix.SIGKILL); err != nil {
		t.Errorf("a process that is not there: %v", err)
	}
	if err := signalAll(os.Getpid(), 999); err == nil {
		t.Error("a signal that cannot be sent was sent")
	}
}

// inherited opens a pipe that children of this process inherit as descriptor fd.
func inherited(t *testing.T, fd int) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd); r.Close(); w.Close() })
	if _, err := w.WriteString("secret\n"); err != nil {
		t.Fatal(err)
	}
	if err := unix.Dup3(int(r.Fd()), fd, 0); err != nil {
		t.Fatal(err)
	}
}

// TestJobInheritsNoDescriptor: a job does not get descriptors that this
// process has inherited.
func TestJobInheritsNoDescriptor(t *testing.T) {
	const fd = 20
	inherited(t, fd)
	free, _ := shell(t, "test ! -e /proc/$$/fd/"+strconv.Itoa(fd))
	for _, j := range []Job{free, boxed(t, free.Argv[2])} {
		if out, err := Run(context.Background(), j); err != nil || out.Err() != nil {
			t.Errorf("%+v, %v", out, err)
		}
	}
}
