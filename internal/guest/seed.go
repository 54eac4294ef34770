// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	rndAddEntropy = 0x40085203 // RNDADDENTROPY of include/uapi/linux/random.h, amd64
	seedBits      = sha256.Size * 8
)

// seed makes random numbers available at once: under emulation the kernel
// alone takes a second, and the first SSH connection waits for it. The host
// key is the secret of this guest, fresh from the host's random numbers, and
// stays secret behind the hash; the kernel mixes its own into it.
func (bootLinux) seed() error {
	key, err := os.ReadFile(HostKeyPath)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte("klptest seed\n"), key...))
	pool := make([]byte, 8, 8+len(sum)) // struct rand_pool_info
	binary.NativeEndian.PutUint32(pool[0:], seedBits)
	binary.NativeEndian.PutUint32(pool[4:], sha256.Size)
	pool = append(pool, sum[:]...)
	fd, err := unix.Open("/dev/urandom", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), rndAddEntropy, uintptr(unsafe.Pointer(&pool[0]))); errno != 0 {
		return os.NewSyscallError("RNDADDENTROPY", errno)
	}
	return nil
}
