// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/tunable"
	"github.com/klptest/klptest/internal/vport"
)

const (
	maxKeys   = 64 << 10 // bytes
	loadLimit = 30 * time.Second
)

// runPlanted makes a guest of a machine that QEMU has booted from a distribution's disk.
// It starts the same agent as in klptest's own guests, which waits at the port after this
// process has ended. It reads the keys from standard input, and reports on standard error
// what prevents that.
func runPlanted() int {
	if err := plant("/", os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func plant(files rootfs.Tree, keys io.Reader) error {
	removeSelf()
	syscall.Umask(0o077)
	if err := havePort(files); err != nil {
		return err
	}
	if err := storeKeys(files, keys); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	calm()
	if err := mountOwn(files); err != nil {
		return err
	}
	for _, s := range tunable.All() { // with which klptest's own guests boot
		_ = files.Write(s.File, s.Value+"\n")
	}
	for _, file := range wholeMachine {
		_ = files.Write(file, "0\n") // so that the end of the login does not end the agent
	}
	return startPlanted()
}

// mountOwn mounts a separate file system for the files that tests bring: a distribution
// may have mounted /run with noexec, and selftests are programs.
func mountOwn(files rootfs.Tree) error {
	dir := files.Path(guest.CaseRoot)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.NewSyscallError("mount", unix.Mount("klptest", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0700"))
}

// havePort waits for the port, whose driver may have to be loaded.
func havePort(files rootfs.Tree) error {
	if _, err := vport.Listen(string(files), 0); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), loadLimit)
	defer cancel()
	_ = exec.CommandContext(ctx, "modprobe", "virtio_console").Run() // the port shows whether it has worked
	_, err := vport.Listen(string(files), vport.ProbeLimit)
	return err
}

// storeKeys writes guest.KeyFiles, and no other file.
func storeKeys(files rootfs.Tree, in io.Reader) error {
	keys := map[string][]byte{}
	if err := json.NewDecoder(io.LimitReader(in, maxKeys)).Decode(&keys); err != nil {
		return err
	}
	for _, name := range []string{guest.HostKey, guest.AuthorizedKeys} {
		path := files.Path(name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, keys[name], 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// wholeMachine are the files of the root control group, for versions 2 and 1.
var wholeMachine = []string{"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/systemd/cgroup.procs"}

// calming are commands to systemd: they wait for the end of the boot, and keep timers
// from making work when a clone's clock jumps to the present. Without systemd there is
// nothing to wait for.
var calming = []struct {
	args  []string
	limit time.Duration
}{
	{[]string{"is-system-running", "--wait"}, 5 * time.Minute},
	{[]string{"stop", "*.timer"}, time.Minute},
}

func calm() {
	for _, c := range calming {
		ctx, cancel := context.WithTimeout(context.Background(), c.limit)
		_ = exec.CommandContext(ctx, "systemctl", c.args...).Run() // a degraded machine is good enough
		cancel()
	}
}

// startPlanted starts the agent in a session of its own. Its complaints go to the kernel
// log.
func startPlanted() error {
	null, err1 := os.OpenFile(os.DevNull, os.O_RDONLY, 0)
	log, err2 := os.OpenFile("/dev/kmsg", os.O_WRONLY, 0)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	_, err := syscall.ForkExec("/proc/self/exe", []string{agentName}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   append(rootfs.Environment(), agentTuning...),
		Files: []uintptr{null.Fd(), log.Fd(), log.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	return err
}
