// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// The guest's end of QEMU's user network, which forwards a port of the host to
// the first address that its DHCP would give.
var (
	guestAddr = []byte{10, 0, 2, 15}
	guestMask = []byte{255, 255, 255, 0}
)

const (
	loopback      = "lo"
	netDir        = "/sys/class/net"
	interfaceWait = 2 * time.Second // a driver may probe beside us
)

func (bootLinux) network() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	name, err := firstInterface(tree("/"), interfaceWait)
	if err == nil {
		err = errors.Join(
			setAddr(fd, name, unix.SIOCSIFADDR, guestAddr),
			setAddr(fd, name, unix.SIOCSIFNETMASK, guestMask),
			setUp(fd, name))
	}
	return errors.Join(setUp(fd, loopback), err)
}

// firstInterface waits for an interface that is not the loopback.
func firstInterface(files tree, limit time.Duration) (string, error) {
	for end := time.Now().Add(limit); ; time.Sleep(pollFirst) {
		for _, name := range files.names(netDir) {
			if name != loopback && files.exists(netDir+"/"+name+"/address") {
				return name, nil
			}
		}
		if time.Now().After(end) {
			return "", fmt.Errorf("no network interface in %v: is the driver of the network card missing from %s?", limit, modulesDir)
		}
	}
}

func setAddr(fd int, name string, request uint, addr []byte) error {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if err := ifr.SetInet4Addr(addr); err != nil {
		return err
	}
	return named(name, unix.IoctlIfreq(fd, request, ifr))
}

func setUp(fd int, name string) error {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return named(name, unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr))
}

func named(name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
