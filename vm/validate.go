// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
)

const (
	minMemory = 64          // MiB; less does not hold a kernel
	maxMemory = 1024 * 1024 // MiB
	maxCPUs   = 255         // of a q35 machine without an IOMMU
	// maxCmdline is COMMAND_LINE_SIZE of arch/x86/include/asm/setup.h: what
	// is beyond it the kernel cuts off silently.
	maxCmdline = 2048
)

// Validate refuses what cannot work. It fills nothing in.
func (s Spec) Validate() error {
	s = s.withDefaults()
	for _, check := range []func() error{s.checkSizes, s.checkKernel, s.checkInitrd, s.checkDir, s.checkTemplate, s.checkQEMU} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// Precheck refuses what cannot work whatever the kernel is: sizes, an unknown
// accelerator, no QEMU. It is for a caller that has no kernel yet.
func (s Spec) Precheck() error {
	s = s.withDefaults()
	if err := s.checkSizes(); err != nil {
		return err
	}
	return s.checkQEMU()
}

func (s Spec) checkSizes() error {
	switch {
	case s.Memory < minMemory || s.Memory > maxMemory:
		return blame.Userf("memory of the guest: %d MiB is not between %d and %d", s.Memory, minMemory, maxMemory)
	case s.CPUs < 1 || s.CPUs > maxCPUs:
		return blame.Userf("processors of the guest: %d is not between 1 and %d", s.CPUs, maxCPUs)
	case s.Accel != Auto && s.Accel != KVM && s.Accel != TCG:
		return blame.Userf("accelerator %q: want auto, kvm or tcg", string(s.Accel))
	}
	return s.checkCmdline()
}

func (s Spec) checkCmdline() error {
	line := s.cmdline(TCG)
	if strings.ContainsAny(line, "\x00\n\r") {
		return blame.Userf("kernel arguments hold a control byte: %q", line)
	}
	if len(line) >= maxCmdline {
		return blame.Userf("kernel arguments are %d bytes long; the kernel reads %d", len(line), maxCmdline-1)
	}
	return nil
}

// The magic numbers: Documentation/arch/x86/boot.rst and elf(5).
const (
	elfMagic     = "\x7fELF"
	bzMagic      = "HdrS"
	bzMagicStart = 0x202
)

func (s Spec) checkKernel() error {
	if s.Kernel == "" {
		return blame.Userf("no kernel given")
	}
	head := make([]byte, bzMagicStart+len(bzMagic))
	n, err := readHead(s.Kernel, head)
	if err != nil {
		return &blame.Error{Party: blame.User, Summary: "cannot read the kernel", Err: err}
	}
	head = head[:n]
	if strings.HasPrefix(string(head), elfMagic) || n > bzMagicStart && string(head[bzMagicStart:]) == bzMagic {
		return nil
	}
	return blame.Userf("%s is no kernel that boots: neither an ELF vmlinux nor a bzImage", s.Kernel)
}

func (s Spec) checkInitrd() error {
	if s.Initrd == "" {
		return nil
	}
	if _, err := readHead(s.Initrd, make([]byte, 1)); err != nil {
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

func (s Spec) checkDir() error {
	info, err := os.Stat(s.Dir)
	if err != nil {
		return blame.Rigf("directory for the guest's logs: %w", err)
	}
	if !info.IsDir() {
		return blame.Rigf("directory for the guest's logs: %s is not a directory", s.Dir)
	}
	return nil
}

func (s Spec) checkTemplate() error {
	if s.Template != "" && s.Keys == nil {
		return blame.Rigf("a template needs SSH keys: nothing else reaches its clones")
	}
	return nil
}

func (s Spec) checkQEMU() error {
	if _, err := exec.LookPath(s.QEMU); err != nil {
		return &blame.Error{
			Party:   blame.Rig,
			Summary: "no QEMU: " + s.QEMU + " is not there or cannot be run",
			Advice:  depends.Install(defaultQEMU),
			Err:     err,
		}
	}
	return nil
}
