// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// guestSSH is the port of the SSH server in a guest that boots from a disk.
const guestSSH = 22

// drive says where QEMU finds the disk of a guest. QEMU opens an image that it only
// reads, and keeps what the guest writes in a temporary file without a name.
type drive string

const (
	draftDrive drive = "format=qcow2,cache=unsafe,file=/proc/self/fd/7" // the template's own, see diskFD
	cloneDrive drive = "snapshot=on,format=qcow2,file=/proc/self/fd/7"  // of a template
	forward          = ",hostfwd=tcp:127.0.0.1:0-:"                     // to a port of the loopback, which the host's kernel chooses
)

// imageDrive is the image itself.
func (c config) imageDrive() drive {
	image, _ := openDiskImage(c.Disk) // checkDisk has told why it cannot be read
	return drive("snapshot=on,format=" + image.format + ",file=" + strings.ReplaceAll(c.Disk, ",", ",,"))
}

// bootDrive is that of a guest that boots.
func (c config) bootDrive() drive {
	if c.Template != "" {
		return draftDrive
	}
	return c.imageDrive()
}

// ownLoader tells whether the disk's boot loader starts the guest.
func (c config) ownLoader() bool { return c.Kernel == "" && c.Disk != "" }

// diskArgs are the disk, and a network on which there is nothing but this host's way to
// the SSH server. A clone does not need that way. A firmware that has nothing else to boot
// from uses the serial console: it says there what it cannot boot.
func (c config) diskArgs(d drive) []string {
	if c.Disk == "" {
		return nil
	}
	var firmware []string
	disk := c.virtio("blk") + ",drive=disk"
	if c.ownLoader() {
		firmware = []string{"-machine", "graphics=off"}
		disk += ",bootindex=0"
	}
	network := "user,id=network,restrict=on"
	if d != cloneDrive {
		network += forward + strconv.Itoa(guestSSH)
	}
	return append(firmware,
		"-drive", "if=none,id=disk,"+string(d),
		"-device", disk,
		"-netdev", network,
		"-device", c.virtio("net")+",netdev=network,romfile=",
	)
}

func (c config) checkDisk() error {
	if c.Disk == "" {
		return nil
	}
	return checkWhole(c.Disk)
}

// usernet asks QEMU for the connections of its networks. It has no command of QMP.
const usernet = `{"execute":"human-monitor-command","arguments":{"command-line":"info usernet"}}`

// forwarded is a port of the loopback in QEMU's answer (slirp_connection_info of libslirp).
var forwarded = regexp.MustCompile(`(?m)TCP\[HOST_FORWARD\] +\d+ +127\.0\.0\.1 +(\d+) +\S+ +` + strconv.Itoa(guestSSH) + ` `)

// SSHPort is the port of the loopback that leads to the SSH server of a guest with a disk.
func (v *VM) SSHPort(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, controlLimit, fmt.Errorf("QEMU did not tell its ports within %v", controlLimit))
	defer cancel()
	data, err := v.monitor.Run(ctx, []byte(usernet))
	if err != nil {
		return 0, v.ended(ctx, err)
	}
	var answer struct{ Return string }
	if err := json.Unmarshal(data, &answer); err != nil {
		return 0, err
	}
	m := forwarded.FindStringSubmatch(answer.Return)
	if m == nil {
		return 0, blame.Rigf("QEMU forwards no port: %q", answer.Return)
	}
	return strconv.Atoi(m[1])
}
