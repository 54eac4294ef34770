// SPDX-License-Identifier: Apache-2.0

package program

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
)

// Child is a process that ends with this one.
type Child struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of the wait; valid once done is closed
}

// Start starts cmd in a process group of its own, so that an interrupt typed at
// the terminal reaches this process only. When this process dies, by whatever
// signal, the child gets onDeath. Start replaces cmd.SysProcAttr.
//
// The kernel sends that signal when the thread that started the child ends, not
// the process (prctl(2), PR_SET_PDEATHSIG). So Start keeps a thread for as long
// as the child lives.
func Start(cmd *exec.Cmd, onDeath syscall.Signal) (*Child, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: onDeath}
	c := &Child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// Pid returns the process id of the child, which is also that of its group.
func (c *Child) Pid() int { return c.cmd.Process.Pid }

// Done is closed when the child has ended and its output is complete.
func (c *Child) Done() <-chan struct{} { return c.done }

// Wait waits for the end. Its error is that of exec.Cmd.Wait.
func (c *Child) Wait() error {
	<-c.done
	return c.err
}

// Kill ends the child, not its group. It is safe at any time, even long after
// the child has ended: os.Process holds it by a pidfd.
func (c *Child) Kill() { _ = c.cmd.Process.Kill() }

// KilledBy tells whether the signal ended the child, which must have ended.
func (c *Child) KilledBy(s syscall.Signal) bool {
	exit, ok := errors.AsType[*exec.ExitError](c.err)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == s
}
