// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"encoding/binary"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Renew makes all random numbers from here on depend on the seed: the kernel
// would otherwise use its old state for up to a minute (drivers/char/random.c,
// crng_reseed_interval).
func (Linux) Renew(seed []byte, now time.Time) error {
	err := WithRandom(func(fd int) error {
		if err := AddEntropy(fd, seed); err != nil {
			return err
		}
		return randomIoctl("RNDRESEEDCRNG", fd, unix.RNDRESEEDCRNG, nil)
	})
	if err != nil {
		return err
	}
	ts := unix.NsecToTimespec(now.UnixNano())
	return os.NewSyscallError("clock_settime", unix.ClockSettime(unix.CLOCK_REALTIME, &ts))
}

func WithRandom(f func(fd int) error) error {
	fd, err := unix.Open("/dev/urandom", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return f(fd)
}

// AddEntropy mixes secret bytes into the pool, and credits all their bits.
func AddEntropy(fd int, secret []byte) error {
	pool := make([]byte, 8, 8+len(secret)) // struct rand_pool_info
	binary.NativeEndian.PutUint32(pool[0:], uint32(8*len(secret)))
	binary.NativeEndian.PutUint32(pool[4:], uint32(len(secret)))
	pool = append(pool, secret...)
	return randomIoctl("RNDADDENTROPY", fd, unix.RNDADDENTROPY, unsafe.Pointer(&pool[0]))
}

func randomIoctl(name string, fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return os.NewSyscallError(name, errno)
	}
	return nil
}
