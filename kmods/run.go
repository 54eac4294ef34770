// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// self is this very program, also when its file has been replaced since.
const self = "/proc/self/exe"

// run has a job done by a supervisor, and returns when nothing of it is left.
func run(ctx context.Context, j job) (outcome, error) {
	if err := ctx.Err(); err != nil {
		return outcome{}, err
	}
	order, err := json.Marshal(j)
	if err != nil {
		return outcome{}, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return outcome{}, err
	}
	stop := context.AfterFunc(ctx, func() { w.Close() })
	out, err := superviseFrom(r, w, order)
	if stop() {
		w.Close()
	}
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	return out, err
}

// superviseFrom starts the supervisor with r as the pipe from its parent,
// sends the order through w, and waits for the answer.
func superviseFrom(r, w *os.File, order []byte) (outcome, error) {
	// Pdeathsig is sent when the starting thread ends. SIGTERM, so that the
	// supervisor can clean up; the pipe alone would do, this is the second net.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(self)
	cmd.Args[0] = "klptest-build"
	cmd.Env = []string{supervisorEnv + "=1"}
	cmd.ExtraFiles = []*os.File{r} // becomes parentFD
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGTERM}
	err := cmd.Start()
	r.Close()
	if err != nil {
		return outcome{}, &blame.Error{Summary: "cannot start the build supervisor", Err: err}
	}
	_, sendErr := w.Write(order)
	if err := cmd.Wait(); err != nil || sendErr != nil {
		return outcome{}, &blame.Error{
			Summary: fmt.Sprintf("the build supervisor failed (%v, %v)", err, sendErr),
			Tail:    stderr.String(),
		}
	}
	return readOutcome(stdout.Bytes())
}

func readOutcome(answer []byte) (outcome, error) {
	var out outcome
	if err := json.Unmarshal(answer, &out); err != nil {
		return outcome{}, &blame.Error{
			Summary: "the build supervisor gave no answer",
			Advice:  "a program that builds modules must call kmods.Main first",
			Tail:    strings.ToValidUTF8(string(answer), "?"),
			Err:     err,
		}
	}
	return out, nil
}
