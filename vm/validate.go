// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/printable"
)

const (
	minMemory = 64          // MiB; less does not hold a kernel
	maxMemory = 1024 * 1024 // MiB
)

// check returns a reason why a config cannot work, or nil.
type check func(config) error

var (
	generalChecks = []check{config.checkSizes, config.checkQEMU}
	startChecks   = []check{config.checkSizes, config.checkKernel, config.checkInitrd, config.checkDisk, config.checkDir, config.checkTemplate, config.checkQEMU}
	cloneChecks   = []check{config.checkDir, config.checkQEMU} // the template has passed the others
)

func (c config) pass(checks []check) error {
	for _, check := range checks {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

func (c config) checkSizes() error {
	switch {
	case c.Memory < minMemory || c.Memory > maxMemory:
		return blame.Userf("memory of the guest: %d MiB is not between %d and %d", c.Memory, minMemory, maxMemory)
	case c.CPUs < 1 || c.CPUs > c.Arch.QEMU.MaxCPUs:
		return blame.Userf("processors of the guest: %d is not between 1 and %d", c.CPUs, c.Arch.QEMU.MaxCPUs)
	case c.Accel != Auto && c.Accel != KVM && c.Accel != TCG:
		return blame.Userf("accelerator %q: want auto, kvm or tcg", string(c.Accel))
	}
	return c.checkCmdline()
}

func (c config) checkCmdline() error {
	line := c.cmdline(TCG)
	if strings.ContainsAny(line, "\x00\n\r") {
		return blame.Userf("kernel arguments hold a control byte: %q", line)
	}
	// The kernel silently cuts off the rest.
	if most := c.Arch.Kernel.MaxCmdline - 1; len(line) > most {
		return blame.Userf("kernel arguments are %d bytes long; the kernel reads %d", len(line), most)
	}
	return nil
}

// The magic numbers: Documentation/arch/x86/boot.rst and elf(5).
const (
	elfMagic     = "\x7fELF"
	bzMagic      = "HdrS"
	bzMagicStart = 0x202
)

func (c config) checkKernel() error {
	if c.ownLoader() {
		return nil
	}
	if c.Kernel == "" {
		return blame.Userf("no kernel given")
	}
	head := make([]byte, bzMagicStart+len(bzMagic))
	n, err := readHead(c.Kernel, head)
	if err != nil {
		return &blame.Error{Party: blame.User, Summary: "cannot read the kernel", Err: err}
	}
	head = head[:n]
	if strings.HasPrefix(string(head), elfMagic) || n > bzMagicStart && string(head[bzMagicStart:]) == bzMagic {
		return nil
	}
	return blame.Userf("%s is not a bootable kernel: neither an ELF vmlinux nor a bzImage", c.Kernel)
}

func (c config) checkInitrd() error {
	if c.Initrd == "" {
		return nil
	}
	if _, err := readHead(c.Initrd, make([]byte, 1)); err != nil {
		return &blame.Error{Party: blame.User, Summary: "cannot read the initramfs", Err: err}
	}
	return nil
}

func readHead(path string, into []byte) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("%s is not a regular file", path)
	}
	n, err := io.ReadFull(f, into)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (c config) checkDir() error {
	info, err := os.Stat(c.Dir)
	if err != nil {
		return blame.Rigf("directory for the guest's logs: %w", err)
	}
	if !info.IsDir() {
		return blame.Rigf("directory for the guest's logs: %s is not a directory", c.Dir)
	}
	return nil
}

func (c config) checkTemplate() error {
	if c.Template != "" && c.Keys == nil {
		return blame.Rigf("a template needs SSH keys: nothing else reaches its clones")
	}
	return nil
}

func (c config) checkQEMU() error {
	_, err := exec.LookPath(c.QEMU)
	if err == nil {
		return nil
	}
	e := &blame.Error{Summary: "no QEMU: " + c.QEMU + " is missing or cannot be run", Err: reason(err), Advice: depends.Install(c.Arch.QEMU.Program)}
	if c.QEMU != c.Arch.QEMU.Program {
		e.Advice = "name another one; " + c.Arch.QEMU.Program + " on the PATH is the default"
	}
	return e
}

// reason returns why a program was not found, without repeating its name.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return e.Err
	}
	return err
}

// checkIsQEMU refuses a program that calls itself something other than QEMU. One
// that prints nothing may be a wrapper.
func (c config) checkIsQEMU() error {
	a := answerOf(c.QEMU)
	if a.version.known() || a.said == "" {
		return nil
	}
	return &blame.Error{
		Summary: fmt.Sprintf("%s is not QEMU: it calls itself %s", c.QEMU, printable.Line(a.said)),
		Advice:  "name another one; " + c.Arch.QEMU.Program + " on the PATH is the default",
	}
}
