// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/vm/qmp/qmptest"
)

const (
	// DeviceState is the device state that a fake QEMU saves and loads.
	DeviceState = "the state of all devices"
	// Memory is what it writes to shared memory, at MemoryOffset.
	Memory       = "the memory of the guest"
	MemoryOffset = 1 << 20
)

// rightsConn is a connection that keeps the last file that was passed over
// it (unix(7), SCM_RIGHTS).
type rightsConn struct {
	*net.UnixConn
	passed *os.File
}

func inheritedQMP() (*rightsConn, error) {
	file := os.NewFile(qmpFD, "qmp")
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	file.Close() // conn has a descriptor of its own
	return &rightsConn{UnixConn: conn.(*net.UnixConn)}, nil
}

func (c *rightsConn) Read(p []byte) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := c.ReadMsgUnix(p, oob)
	if messages, parseErr := unix.ParseSocketControlMessage(oob[:oobn]); parseErr == nil && len(messages) > 0 {
		if fds, rightsErr := unix.ParseUnixRights(&messages[0]); rightsErr == nil && len(fds) == 1 {
			c.passed = os.NewFile(uintptr(fds[0]), "passed")
		}
	}
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// fillMemory writes to the memory file like a guest that boots, or like a clone
// that has no copy of its own.
func (s Script) fillMemory(args []string) error {
	if !strings.Contains(strings.Join(args, " "), "share=on") {
		return nil
	}
	text := Memory
	if slices.Contains(args, "-incoming") {
		text = strings.ToUpper(text)
	}
	_, err := os.NewFile(memoryFD, "memory").WriteAt([]byte(text), MemoryOffset)
	return err
}

// saveState writes the device state and returns the events of the result.
func (f *fake) saveState() string {
	if f.FailMigration || f.qmp.passed == nil {
		return migrationEvent("failed")
	}
	defer f.qmp.passed.Close()
	if _, err := io.WriteString(f.qmp.passed, DeviceState+f.port.state()); err != nil {
		return migrationEvent("failed")
	}
	return migrationEvent("active") + migrationEvent("completed")
}

// loadState reads the device state. Like QEMU 7.2, it ends the process if the
// state is wrong.
func (f *fake) loadState() string {
	state, err := io.ReadAll(f.qmp.passed)
	keys, whole := strings.CutPrefix(string(state), DeviceState)
	if err == nil && whole {
		err = f.port.restore(keys)
	}
	if f.FailMigration || err != nil || !whole {
		fmt.Fprintln(os.Stderr, "fake QEMU: load of migration failed: Invalid argument")
		f.over, f.status = true, 1
		return migrationEvent("failed")
	}
	return migrationEvent("active") + migrationEvent("completed")
}

func migrationEvent(status string) string {
	return fmt.Sprintf(`{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "MIGRATION", "data": {"status": %q}}`+"\r\n", status)
}

// note appends a command to the list of commands.
func (s Script) note(c qmptest.Command) {
	if s.Commands == "" {
		return
	}
	f, err := os.OpenFile(s.Commands, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintln(f, strings.TrimSpace(c.Execute+" "+string(c.Arguments)))
}
