// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bytes"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Linux is the running kernel.
type Linux struct{}

var _ Kernel = Linux{}

func (Linux) Load(path, params string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.FinitModule(int(f.Fd()), params, 0)
}

func (Linux) Unload(name string) error { return unix.DeleteModule(name, unix.O_NONBLOCK) }

func (Linux) Alive(tid int) bool {
	pid := unix.Getpid()
	if unix.Tgkill(pid, tid, 0) != nil {
		return false
	}
	if tid != pid {
		return true
	}
	// A process's first thread stays a zombie while other threads live.
	stat, err := os.ReadFile("/proc/self/stat")
	return err != nil || !bytes.Contains(stat, []byte(") Z "))
}

func (Linux) Release() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

func (Linux) OpenLog() (LogDevice, error) {
	fd, err := unix.Open("/dev/kmsg", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return kmsgDevice(fd), nil
}

// kmsgDevice is a descriptor rather than a file, because os.File would wait
// when the device returns EAGAIN.
type kmsgDevice int

func (d kmsgDevice) Read(p []byte) (int, error)  { return unix.Read(int(d), p) }
func (d kmsgDevice) Write(p []byte) (int, error) { return unix.Write(int(d), p) }
func (d kmsgDevice) Close() error                { return unix.Close(int(d)) }

func (d kmsgDevice) Wait(limit time.Duration) {
	_, _ = unix.Poll([]unix.PollFd{{Fd: int32(d), Events: unix.POLLIN}}, int(limit.Milliseconds())) // EINTR ends it early
}

func (d kmsgDevice) SeekEnd() error {
	_, err := unix.Seek(int(d), 0, unix.SEEK_END)
	return err
}
