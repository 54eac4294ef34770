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

// qcow2Magic begins a disk image in QEMU's format (docs/interop/qcow2.rst of QEMU). An
// image without it is taken as raw.
const qcow2Magic = "QFI\xfb"

// guestSSH is the port of the SSH server in a guest that boots from a disk.
const guestSSH = 22

// diskDevice is the disk of a guest. QEMU opens the image read-only, and keeps what the
// guest writes in a temporary file without a name.
func (c config) diskDevice() device {
	format := "raw"
	head := make([]byte, len(qcow2Magic))
	if n, err := readHead(c.Disk, head); err == nil && string(head[:n]) == qcow2Magic {
		format = "qcow2"
	}
	return device{args: []string{
		"-drive", "if=none,id=disk,snapshot=on,format=" + format + ",file=" + strings.ReplaceAll(c.Disk, ",", ",,"),
		"-device", c.virtio("blk") + ",drive=disk",
	}}
}

// networkDevice is a network on which there is nothing but this host's way to the SSH
// server: a port of the loopback, which the host's kernel chooses.
func (c config) networkDevice() device {
	return device{args: []string{
		"-netdev", fmt.Sprintf("user,id=network,restrict=on,hostfwd=tcp:127.0.0.1:0-:%d", guestSSH),
		"-device", c.virtio("net") + ",netdev=network",
	}}
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
