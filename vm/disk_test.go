// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

func TestDiskArgs(t *testing.T) {
	dir := t.TempDir()
	for name, tc := range map[string]struct{ head, format string }{"a.qcow2": {string(qcow2Head(1 << 20)), "qcow2"}, "b,c.img": {"\xeb\x63", "raw"}, "empty": {"", "raw"}} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(tc.head), 0o600); err != nil {
			t.Fatal(err)
		}
		args := Spec{Disk: path}.withDefaults().args(TCG)
		want := "if=none,id=disk,snapshot=on,format=" + tc.format + ",file=" + strings.ReplaceAll(path, ",", ",,")
		if !slices.Contains(args, want) || slices.Contains(args, "-kernel") || slices.Contains(args, "-append") {
			t.Errorf("%s: %q", name, args)
		}
	}
	// The firmware reports at once, on the serial console, that it finds nothing to
	// boot.
	for _, want := range []string{"graphics=off", "virtio-blk-pci,drive=disk,bootindex=0", "virtio-net-pci,netdev=network,romfile="} {
		if args := (Spec{Disk: filepath.Join(dir, "empty")}).withDefaults().args(TCG); !slices.Contains(args, want) {
			t.Errorf("no %s: %q", want, args)
		}
	}
	c := Spec{Disk: filepath.Join(dir, "a.qcow2"), Template: "/t"}.withDefaults()
	if line := strings.Join(c.args(TCG), " "); !strings.Contains(line, "format=qcow2,cache=unsafe,file=/proc/self/fd/7") || strings.Contains(line, "snapshot=on") {
		t.Errorf("a template: %s", line)
	}
	if line := strings.Join(c.cloneArgs(TCG), " "); !strings.Contains(line, "snapshot=on,format=qcow2,file=/proc/self/fd/7") || strings.Contains(line, "hostfwd") || !strings.Contains(line, "restrict=on") {
		t.Errorf("a clone: %s", line)
	}
	if line := c.commandLine(TCG); !strings.Contains(line, "snapshot=on,format=qcow2,file="+c.Disk) {
		t.Errorf("for people: %s", line)
	}
	if line := strings.Join(Spec{Kernel: "k"}.withDefaults().args(TCG), " "); strings.Contains(line, "netdev") || strings.Contains(line, "drive") {
		t.Errorf("a guest without a disk: %s", line)
	}
}

// TestDiskOfKernel checks that a kernel that boots a disk gets its arguments, and
// that the firmware boots nothing.
func TestDiskOfKernel(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(disk, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := Spec{Disk: disk, Kernel: "/vmlinux", Append: []string{"root=/dev/vda1"}}.withDefaults()
	line := strings.Join(c.args(TCG), " ")
	for _, want := range []string{"-kernel /vmlinux -append ", " root=/dev/vda1 ", "console_msg_format=syslog", "-device virtio-blk-pci,drive=disk -", "hostfwd"} {
		if !strings.Contains(line, want) {
			t.Errorf("no %q: %s", want, line)
		}
	}
	if strings.Contains(line, "bootindex") || strings.Contains(line, "graphics=off") {
		t.Errorf("for a firmware that boots the disk: %s", line)
	}
	if err := c.pass([]check{config.checkKernel}); err == nil {
		t.Error("a kernel that is not there is taken")
	}
}

func TestDiskIsChecked(t *testing.T) {
	c := Spec{Disk: "/nowhere/disk", Dir: t.TempDir()}.withDefaults()
	if err := c.pass([]check{config.checkKernel, config.checkDisk}); blame.Of(err) != blame.User || !strings.Contains(err.Error(), "cannot read the disk image") {
		t.Error(err)
	}
}

func TestForwardedPort(t *testing.T) {
	const said = "Hub -1 (network):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n  TCP[HOST_FORWARD]  14       127.0.0.1 40223       10.0.2.15    22     0     0\r\n"
	if m := forwarded.FindStringSubmatch(said); m == nil || m[1] != "40223" {
		t.Errorf("%q", m)
	}
	if m := forwarded.FindStringSubmatch(strings.ReplaceAll(said, "HOST_FORWARD", "ESTABLISHED")); m != nil {
		t.Errorf("%q", m)
	}
}
