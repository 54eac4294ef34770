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

// drive says where QEMU finds the disk of a guest. QEMU only reads the image. Writes go to
// an unnamed temporary file, or to the overlay of the template that the guest becomes.
type drive string

const (
	draftDrive drive = "format=qcow2,cache=unsafe,file=/proc/self/fd/7" // the template's own, see diskFD
	cloneDrive drive = "snapshot=on,format=qcow2,file=/proc/self/fd/7"  // of a template
	forward          = ",hostfwd=tcp:127.0.0.1:0-:"                     // from a loopback port that the host's kernel chooses
)

// imageDrive returns the drive of the image itself.
func (c config) imageDrive() drive {
	image, _ := openDiskImage(c.Disk) // checkDisk has reported why it cannot be read
	return drive("snapshot=on,format=" + image.format + ",file=" + strings.ReplaceAll(c.Disk, ",", ",,"))
}

// bootDrive returns the drive of a guest that boots.
func (c config) bootDrive() drive {
	if c.Template != "" {
		return draftDrive
	}
	return c.imageDrive()
}

// ownLoader reports whether the disk's boot loader starts the guest.
func (c config) ownLoader() bool { return c.Kernel == "" && c.Disk != "" }

// diskArgs returns the arguments for the disk, and for a network that only forwards a port
// of this host to the SSH server. A clone does not need the forwarding. A firmware that
// boots the disk uses the serial console, and reports there what it cannot boot.
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
	return CheckDisk(c.Disk)
}

// CheckDisk refuses a file from which no guest can have its disk.
func CheckDisk(path string) error {
	if err := checkWhole(path); err != nil {
		return err
	}
	d, err := openDiskImage(path)
	if err != nil {
		return &blame.Error{Party: blame.User, Summary: "cannot read the disk image", Err: err}
	}
	return d.check()
}

// usernet asks QEMU for the connections of its networks. QMP has no command for it.
const usernet = `{"execute":"human-monitor-command","arguments":{"command-line":"info usernet"}}`

// forwarded matches the loopback port in QEMU's answer (slirp_connection_info of libslirp).
var forwarded = regexp.MustCompile(`(?m)TCP\[HOST_FORWARD\] +\d+ +127\.0\.0\.1 +(\d+) +\S+ +` + strconv.Itoa(guestSSH) + ` `)

// SSHPort returns the loopback port that leads to the SSH server of a guest with a disk.
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
