// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The structures of linux/seccomp.h.
type (
	seccompNotif struct {
		id        uint64
		pid       uint32
		flags     uint32
		nr        int32
		arch      uint32
		ip        uint64
		arguments [6]uint64
	}
	seccompResponse struct {
		id    uint64
		value int64
		errno int32
		flags uint32
	}
	seccompAddFD struct {
		id       uint64
		flags    uint32
		fd       uint32 // ours
		newFD    uint32
		newFlags uint32
	}
)

// Offsets in struct seccomp_data: the number of the system call, and both
// halves of openat's flags.
const (
	offsetNumber    = 0
	offsetFlags     = 32
	offsetFlagsRest = 36
)

// plainOpens stops an openat(2) without flags, as fopen(3) does to read a file.
// Compilers and the dynamic linker open with flags, so few calls have to wait. A
// system call of another ABI with this number waits as well, which does no harm.
var plainOpens = []unix.SockFilter{
	{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offsetNumber},
	{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_OPENAT, Jf: 5},
	{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offsetFlags},
	{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 0, Jf: 3},
	{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offsetFlagsRest},
	{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 0, Jf: 1},
	{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF},
	{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
}

// stopOpens makes each plain open of this thread, and of all that it starts or
// becomes, wait for an answer through the returned descriptor. The thread must not
// gain privileges: prctl(2), PR_SET_NO_NEW_PRIVS.
func stopOpens() (fd int, err error) {
	program := unix.SockFprog{Len: uint16(len(plainOpens)), Filter: &plainOpens[0]}
	n, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return -1, os.NewSyscallError("seccomp", errno)
	}
	return int(n), nil
}

// ioctl is ioctl(2) with a pointer to a structure.
func ioctl(fd int, request uint, argument unsafe.Pointer) (int, error) {
	n, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(argument))
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}
