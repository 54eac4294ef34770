// SPDX-License-Identifier: Apache-2.0

// Command init is PID 1 of the guest that the integration tests boot. It has an
// SSH server at the agent's port, or crashes the kernel if the kernel's command
// line has "vmtest.panic". Over SSH, it knows the commands "fill X", which
// writes X to a lot of memory, "what", which says what is there, and "crash".
// It repeats any other.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/vport"
	"github.com/klptest/klptest/vm/vmtest"
)

func main() {
	if err := run(); err != nil {
		fmt.Println("init:", err)
	}
	unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
}

func run() error {
	for fstype, dir := range map[string]string{"proc": "/proc", "sysfs": "/sys", "devtmpfs": "/dev"} {
		os.Mkdir(dir, 0o755)
		if err := unix.Mount(fstype, dir, fstype, 0, ""); err != nil && err != unix.EBUSY {
			return err
		}
	}
	cmdline, err := os.ReadFile("/proc/cmdline")
	if err != nil {
		return err
	}
	if strings.Contains(string(cmdline), "vmtest.panic") {
		return crash()
	}
	if err := loadModules(); err != nil {
		return err
	}
	return serve()
}

func crash() error { return os.WriteFile("/proc/sysrq-trigger", []byte("c"), 0o200) }

// loadModules loads the modules of the initramfs, in the order of their names.
func loadModules() error {
	paths, err := filepath.Glob("/modules/*.ko")
	if err != nil {
		return err
	}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		if err := unix.FinitModule(int(f.Fd()), "", 0); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		f.Close()
	}
	return nil
}

func serve() error {
	files := make(map[string][]byte)
	for _, path := range []string{guest.HostKey, guest.AuthorizedKeys} {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files[path] = data
	}
	config, err := vmtest.ServerConfig(files)
	if err != nil {
		return err
	}
	l, err := vport.Listen("/", vport.ProbeLimit)
	if err != nil {
		return err
	}
	fmt.Println("init: listening")
	vmtest.ServeSSH(l, config, new(memory).run)
	return nil
}

// memory is 4 MB of the same byte, unless something else has written there.
type memory struct {
	sync.Mutex
	bytes [4 << 20]byte
}

func (m *memory) run(command string) string {
	m.Lock()
	defer m.Unlock()
	if with, ok := strings.CutPrefix(command, "fill "); ok {
		for i := range m.bytes {
			m.bytes[i] = with[0]
		}
		return "filled"
	}
	if command == "crash" {
		return fmt.Sprint(crash())
	}
	if command != "what" {
		return command
	}
	for _, b := range m.bytes {
		if b != m.bytes[0] {
			return "a mixture"
		}
	}
	return string(m.bytes[:1])
}
