// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/program"
)

// self is the running program, even if its file has been replaced.
const self = "/proc/self/exe"

const (
	// slack is how long a supervisor may take beyond the limit of its job: it kills the
	// leader, and then what the leader has left.
	slack = 2*killLimit + 10*time.Second

	// maxAnswer is larger than any answer: a cause names a path or two.
	maxAnswer = 64 << 10
)

// Run runs a job under a supervisor, and returns when no process of the job is left.
// If ctx ends, the error is its cause, and the outcome still tells how the job ended.
// Any other error is the supervisor's; the outcome is then that of a killed job.
func Run(ctx context.Context, j Job) (Outcome, error) {
	if os.Getenv(roleEnv) != "" {
		return killed, noAnswer(nil) // it would start itself again and again
	}
	if ctx.Err() != nil {
		return Outcome{Ending: Cancelled}, context.Cause(ctx)
	}
	answer, err := j.supervised(ctx)
	out, noAnswer := readOutcome(answer)
	switch {
	case ctx.Err() != nil:
		return out, context.Cause(ctx)
	case err != nil:
		return out, err
	}
	return out, noAnswer
}

// killed is the assumed outcome of a job if none is reported.
var killed = Outcome{Ending: Cancelled, Code: -1, Killed: true}

func readOutcome(answer []byte) (Outcome, error) {
	var out Outcome
	if err := json.Unmarshal(answer, &out); err != nil {
		return killed, noAnswer(err)
	}
	return out, nil
}

func noAnswer(err error) error {
	return &blame.Error{Summary: "the build supervisor gave no answer", Advice: "a program that builds must call supervise.Main first", Err: err}
}

// supervised starts a supervisor, sends it the job, waits for it, and returns
// its answer.
func (j Job) supervised(ctx context.Context) (answer []byte, err error) {
	order, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, j.Limit+j.Grace+slack)
	defer cancel()
	ours, theirs, err := line()
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	var stderr bytes.Buffer
	cmd := j.supervisor(ctx, ours, theirs)
	cmd.Stderr = &stderr
	child, err := program.Start(cmd, unix.SIGTERM)
	theirs.Close()
	if err == nil {
		_, sendErr := ours.Write(order)
		err = errors.Join(child.Wait(), sendErr)
	}
	if err != nil {
		err = &blame.Error{Summary: "the build supervisor failed", Tail: stderr.String(), Err: err}
	}
	answer, _ = io.ReadAll(io.LimitReader(ours, maxAnswer)) // a partial answer is rejected later
	return answer, err
}

// supervisor returns the command that starts a supervisor. Shutting down our end of the
// line ends its job early; if this process dies, the supervisor gets SIGTERM as well.
func (j Job) supervisor(ctx context.Context, ours, theirs *os.File) *exec.Cmd {
	cmd := exec.CommandContext(ctx, self)
	cmd.Cancel = func() error { return unix.Shutdown(int(ours.Fd()), unix.SHUT_WR) }
	cmd.WaitDelay = j.Grace + slack
	cmd.Args[0] = "klptest-build"
	cmd.Env = append(slices.Clone(j.Env), roleEnv+"="+supervisor) // the job's PATH finds the command
	cmd.ExtraFiles = []*os.File{theirs}                           // becomes lineFD
	cmd.Stdout = j.Output
	return cmd
}

// line makes a connection between this process and a supervisor.
func line() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	return os.NewFile(uintptr(fds[0]), "supervisor"), os.NewFile(uintptr(fds[1]), "parent"), nil
}
