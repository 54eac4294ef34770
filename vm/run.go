// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/vm/console"
	"github.com/klptest/klptest/vm/qmp"
)

const (
	drainGrace = time.Second // for the rest of the console after QEMU has exited

	// The sizes of the log of QEMU's own messages. A guest can cause any number of them.
	messagesHead = 192 << 10
	messagesTail = 64 << 10
)

// run starts QEMU and the goroutines that supervise it.
func (v *VM) run(ctx context.Context) error {
	v.ctx = ctx
	if err := v.openLogs(); err != nil {
		return err
	}
	qmpFile, err := v.openMonitor()
	if err != nil {
		return err
	}
	defer qmpFile.Close()
	consoleConn, consoleFile, err := socketPair("console")
	if err != nil {
		return err
	}
	defer consoleFile.Close()
	v.cleanup.add(consoleConn.Close)
	agentFile, err := v.openLink()
	if err != nil {
		return err
	}
	defer agentFile.Close() // closing nil does no harm
	memory, disk, inherited, err := v.openMachine()
	if err != nil {
		return err
	}
	defer inherited()
	cmd := exec.Command(v.config.QEMU, v.args()...)
	cmd.Env = program.Environ()
	cmd.Stdout, cmd.Stderr = v.messages, v.messages
	cmd.WaitDelay = drainGrace
	cmd.ExtraFiles = []*os.File{qmpFile, consoleFile, agentFile, memory, disk} // qmpFD, consoleFD, agentFD, memoryFD, diskFD
	return v.spawn(ctx, cmd, consoleConn)
}

func (v *VM) openLogs() (err error) {
	marked := v.parent != nil && !v.config.ownLoader() // with its own loader, the kernel has its own arguments
	if v.console, err = console.Open(filepath.Join(v.config.Dir, "console.log"), v.config.Console, marked); err != nil {
		return err
	}
	v.cleanup.add(v.console.Close)
	if v.config.Label {
		v.console.Label(filepath.Base(v.config.Dir))
	}
	if v.messages, err = console.CreateLog(filepath.Join(v.config.Dir, "qemu.log"), messagesHead, messagesTail); err != nil {
		return err
	}
	v.cleanup.add(v.messages.Close)
	return nil
}

// openMonitor returns QEMU's end of the QMP connection.
func (v *VM) openMonitor() (*os.File, error) {
	ours, theirs, err := socketPair("QMP")
	if err != nil {
		return nil, err
	}
	v.monitor = qmp.New(ours)
	v.cleanup.add(v.monitor.Disconnect)
	return theirs, nil
}

func (v *VM) args() []string {
	if v.parent != nil {
		return v.config.cloneArgs(v.accel)
	}
	return v.config.args(v.accel)
}

func (v *VM) spawn(ctx context.Context, cmd *exec.Cmd, output net.Conn) error {
	p, err := program.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return err
	}
	v.process = p
	v.clock = &cpuClock{monitor: v.monitor, tasks: fmt.Sprintf("/proc/%d/task", p.Pid()), over: v.exited}
	go v.console.Follow(output)
	go v.supervise(output)
	stop := context.AfterFunc(ctx, p.Kill)
	v.cleanup.add(func() error {
		stop()
		p.Kill() // first: a command to QEMU may hold the turns
		v.turns.end()
		<-v.exited
		return v.console.Err()
	})
	return v.config.limit(p.Pid())
}

// supervise waits for QEMU to exit, and then for the end of the console. A kernel that
// panics ends QEMU by itself; no text on the console does.
func (v *VM) supervise(output net.Conn) {
	defer close(v.exited)
	<-v.process.Done()
	select {
	case <-v.console.Done():
	case <-time.After(drainGrace):
		output.Close()
		<-v.console.Done()
	}
}

// socketPair returns a connection and its other end, which QEMU inherits. It needs
// neither a path nor a port, and nobody else can connect to it.
func socketPair(name string) (ours net.Conn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair for QEMU's %s: %w", name, err)
	}
	theirs = os.NewFile(uintptr(fds[1]), name)
	file := os.NewFile(uintptr(fds[0]), name)
	defer file.Close()
	ours, err = net.FileConn(file)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("socket pair for QEMU's %s: %w", name, err)
	}
	return ours, theirs, nil
}
