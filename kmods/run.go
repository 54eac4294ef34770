// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// self is this very program, also when its file has been replaced since.
const self = "/proc/self/exe"

// grace is how long a supervisor may take to kill what it runs.
const grace = 10 * time.Second

// run has a job done by a supervisor, and returns when nothing of it is left.
func run(ctx context.Context, j job) (outcome, error) {
	order, err := json.Marshal(j)
	if err != nil {
		return outcome{}, err
	}
	var stdout, stderr bytes.Buffer
	err = superviseFrom(ctx, order, j.Limit+grace, &stdout, &stderr)
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	if err != nil {
		return outcome{}, &blame.Error{Summary: "the build supervisor failed", Tail: stderr.String(), Err: err}
	}
	return readOutcome(stdout.Bytes())
}

// superviseFrom starts the supervisor, sends it the order, and waits for it,
// at most the limit. What ends the build is that the pipe is closed.
func superviseFrom(ctx context.Context, order []byte, limit time.Duration, stdout, stderr *bytes.Buffer) error {
	// Pdeathsig is sent when the starting thread ends. SIGTERM, so that the
	// supervisor can clean up; the pipe alone would do, this is the second net.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer w.Close()
	cmd := exec.CommandContext(ctx, self)
	cmd.Cancel, cmd.WaitDelay = w.Close, grace
	cmd.Args[0] = "klptest-build"
	cmd.Env = []string{supervisorEnv + "=1"}
	cmd.ExtraFiles = []*os.File{r} // becomes parentFD
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGTERM}
	err = cmd.Start()
	r.Close()
	if err != nil {
		return err
	}
	_, sendErr := w.Write(order)
	if err := cmd.Wait(); err != nil {
		return err
	}
	return sendErr
}

func readOutcome(answer []byte) (outcome, error) {
	var out outcome
	if err := json.Unmarshal(answer, &out); err != nil {
		return outcome{}, &blame.Error{
			Summary: "the build supervisor gave no answer",
			Advice:  "a program that builds modules must call kmods.Main first",
			Tail:    string(answer),
			Err:     err,
		}
	}
	return out, nil
}
