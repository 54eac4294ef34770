// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// seed makes random numbers available at once: under emulation the kernel
// alone takes a second, and the first SSH connection waits for it. The host
// key is the secret of this guest, fresh from the host's random numbers, and
// stays secret behind the hash; the kernel mixes its own into it.
func (bootLinux) seed() error {
	key, err := os.ReadFile(hostKeyPath)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte("klptest seed\n"), key...))
	return withRandom(func(fd int) error { return addEntropy(fd, sum[:]) })
}

// renew draws all random numbers from here on from the seed, too: the kernel
// would go on for up to a minute with what it has (drivers/char/random.c,
// crng_reseed_interval).
func (linux) renew(seed []byte, now time.Time) error {
	err := withRandom(func(fd int) error {
		if err := addEntropy(fd, seed); err != nil {
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

func withRandom(f func(fd int) error) error {
	fd, err := unix.Open("/dev/urandom", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return f(fd)
}

// addEntropy mixes secret bytes into the pool and has all their bits counted.
func addEntropy(fd int, secret []byte) error {
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
