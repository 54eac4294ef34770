// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
)

// process is a child that dies with us.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has been waited for
	err  error         // of the wait, after done
}

// spawn starts cmd in a process group of its own, so that an interrupt typed
// at the terminal reaches klptest only. The kernel kills the child when the
// thread that started it ends (prctl(2), PR_SET_PDEATHSIG), hence the locked
// thread that lives as long as the child.
func spawn(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// kill is safe at any time, also when the child is long gone: os.Process
// holds it by a pidfd.
func (p *process) kill() { _ = p.cmd.Process.Kill() }

func (p *process) pid() int { return p.cmd.Process.Pid }

// signalled tells that the process was killed by a signal. It is for a
// process that is over.
func signalled(p *process, by syscall.Signal) bool {
	var exit *exec.ExitError
	if !errors.As(p.err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == by
}
