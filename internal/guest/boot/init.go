// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest/rootfs"
)

const (
	maxRestarts  = 5 // of the agent, in the life of a guest
	restartPause = 200 * time.Millisecond
)

// runInit is PID 1. It never returns: it switches the guest off when the agent
// cannot be kept alive, and on SIGTERM or SIGUSR2 (busybox's reboot and
// poweroff).
func runInit() {
	go powerOffOnSignal()
	boot(bootLinux{}, "/", complain)
	if err := leaveConsole("/"); err != nil {
		complain("console: %v", err)
	}
	supervise(startAgent, wait, complain)
	powerOff()
}

// complain logs an error.
func complain(format string, args ...any) { note(levelError, fmt.Sprintf(format, args...)) }

const (
	levelError = 3 // KERN_ERR
	levelInfo  = 6 // KERN_INFO
)

// note writes a line to the kernel log, if it can.
func note(level int, text string) {
	if f, err := os.OpenFile("/dev/kmsg", os.O_WRONLY, 0); err == nil {
		defer f.Close()
		fmt.Fprintf(f, "<%d>klptest: %.900s\n", level, text)
	}
}

// supervise starts the agent, and restarts it a few times when it dies.
func supervise(start func() (pid int, err error), wait func() (int, string), complain func(string, ...any)) {
	for i := range maxRestarts + 1 {
		pid, err := start()
		if err != nil {
			complain("cannot start the agent: %v", err)
			return
		}
		complain("the agent died: %s (%d of %d)", reapUntil(pid, wait), i+1, maxRestarts+1)
		time.Sleep(restartPause)
	}
	complain("the agent died too often: the guest is switched off")
}

// reapUntil reaps orphans until the agent itself ends, and tells how the agent
// ended.
func reapUntil(agent int, wait func() (int, string)) string {
	for {
		if pid, how := wait(); pid == agent {
			return how
		} else if pid < 0 {
			return "lost: " + how
		}
	}
}

// wait waits for any child; a pid of -1 comes with the error.
func wait() (int, string) {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return -1, err.Error()
		case status.Signaled():
			return pid, unix.SignalName(status.Signal())
		default:
			return pid, fmt.Sprintf("exit %d", status.ExitStatus())
		}
	}
}

// agentTuning are settings of the Go runtime.
var agentTuning = []string{
	"GOGC=off", "GOMEMLIMIT=128MiB", // a guest lives for minutes: collect only when memory is short
	"GODEBUG=asyncpreemptoff=1", // no signals: one could end a system call with EINTR
}

func startAgent() (int, error) {
	return syscall.ForkExec("/proc/self/exe", []string{agentName}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   append(rootfs.Environment(), agentTuning...),
		Files: []uintptr{0, 1, 2},
	})
}

func powerOffOnSignal() {
	requests := make(chan os.Signal, 1)
	signal.Notify(requests, unix.SIGTERM, unix.SIGUSR2)
	<-requests
	powerOff()
}

func powerOff() {
	err := unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	complain("cannot power off: %v", err)
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
	select {}
}
