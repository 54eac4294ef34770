// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/vm/console"
	"github.com/klptest/klptest/vm/qmp"
)

const (
	drainGrace = time.Second // for the rest of the console once QEMU is gone

	// The sizes of QEMU's own messages, of which a guest can cause any number.
	messagesHead = 192 << 10
	messagesTail = 64 << 10
)

// VM is a running virtual machine. Close must be called in the end.
type VM struct {
	config   config
	accel    Accel
	parent   *Template // what a clone is made of; nil: the machine boots
	console  *console.Console
	messages *console.Log // QEMU's own
	monitor  *qmp.Monitor
	process  *process
	link     *link // to the agent; nil without keys

	memory *os.File // of a template in the making: the guest's memory
	whole  bool     // the template is made

	threadsMu sync.Mutex   // guards threads
	threads   map[int]bool // of the virtual processors; nil: not asked for

	exited chan struct{}   // closed when QEMU has exited and the console is whole
	ctx    context.Context // whose end kills the guest; for the cause only

	undo     []func() error // what Close does, last first
	closing  sync.Once
	closed   chan struct{} // closed when Close has been called
	closeErr error
}

func newVM(c config, accel Accel) *VM {
	return &VM{config: c, accel: accel, exited: make(chan struct{}), closed: make(chan struct{})}
}

// Accel is what the machine runs on in the end: KVM or TCG.
func (v *VM) Accel() Accel { return v.accel }

// Console is what the guest has printed.
func (v *VM) Console() *console.Console { return v.console }

// Exited is closed when the guest has ended: QEMU is gone and the console is
// complete. A panic ends the guest.
func (v *VM) Exited() <-chan struct{} { return v.exited }

// CommandLine starts the same machine from a shell, with its console on the
// terminal.
func (v *VM) CommandLine() string { return v.config.commandLine(v.accel) }

// Close kills the guest and gives back all that it held. Further calls return
// what the first one did.
func (v *VM) Close() error {
	v.closing.Do(func() {
		close(v.closed)
		for _, undo := range slices.Backward(v.undo) {
			v.closeErr = join(v.closeErr, undo())
		}
	})
	return v.closeErr
}

func (v *VM) onClose(undo func() error) { v.undo = append(v.undo, undo) }

// join collects errors into one that reads as one line.
func join(errs ...error) error {
	all := multierror.Append(nil, slices.DeleteFunc(errs, func(err error) bool { return err == nil })...)
	if len(all.Errors) == 1 {
		return all.Errors[0]
	}
	all.ErrorFormat = func(errs []error) string {
		lines := make([]string, len(errs))
		for i, err := range errs {
			lines[i] = err.Error()
		}
		return strings.Join(lines, "; ")
	}
	return all.ErrorOrNil()
}

// run starts QEMU and those who look after it.
func (v *VM) run(ctx context.Context) error {
	v.ctx = ctx
	if err := v.openLogs(); err != nil {
		return err
	}
	qmpConn, qmpFile, err := socketPair("QMP")
	if err != nil {
		return err
	}
	defer qmpFile.Close()
	v.monitor = qmp.New(qmpConn)
	v.onClose(v.monitor.Disconnect)
	consoleConn, consoleFile, err := socketPair("console")
	if err != nil {
		return err
	}
	defer consoleFile.Close()
	v.onClose(consoleConn.Close)
	cmd := exec.Command(v.config.QEMU, v.args()...)
	cmd.Env = program.Environ()
	cmd.Stdout, cmd.Stderr = v.messages, v.messages
	cmd.WaitDelay = drainGrace
	agentFile, err := v.openLink()
	if err != nil {
		return err
	}
	defer agentFile.Close() // nil is none
	memory, inherited, err := v.openMemory()
	if err != nil {
		return err
	}
	defer inherited()
	cmd.ExtraFiles = []*os.File{qmpFile, consoleFile, agentFile, memory} // qmpFD, consoleFD, agentFD, memoryFD
	return v.spawn(ctx, cmd, consoleConn)
}

func (v *VM) openLogs() (err error) {
	if v.console, err = console.Open(filepath.Join(v.config.Dir, "console.log"), v.config.Console, v.parent != nil); err != nil {
		return err
	}
	v.onClose(v.console.Close)
	if v.messages, err = console.CreateLog(filepath.Join(v.config.Dir, "qemu.log"), messagesHead, messagesTail); err != nil {
		return err
	}
	v.onClose(v.messages.Close)
	return nil
}

func (v *VM) args() []string {
	if v.parent != nil {
		return v.config.cloneArgs(v.accel)
	}
	return v.config.args(v.accel)
}

func (v *VM) spawn(ctx context.Context, cmd *exec.Cmd, output net.Conn) error {
	p, err := spawn(cmd)
	if err != nil {
		return err
	}
	v.process = p
	go v.console.Follow(output)
	go v.supervise(output)
	stop := context.AfterFunc(ctx, p.kill)
	v.onClose(func() error {
		stop()
		p.kill()
		<-v.exited
		return v.console.Err()
	})
	return nil
}

// supervise sees QEMU to its end, and the console after it. A kernel that
// panics ends QEMU by itself; no text ends it.
func (v *VM) supervise(output net.Conn) {
	defer close(v.exited)
	<-v.process.done
	select {
	case <-v.console.Done():
	case <-time.After(drainGrace):
		output.Close()
		<-v.console.Done()
	}
}
