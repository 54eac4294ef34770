// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
)

// Finding is the result of one check.
type Finding struct {
	Name     string
	OK       bool
	Optional bool   // klptest works without it, but less well
	Detail   string // what was found, or what its absence means
	Mend     string // the command that fixes it
}

// tool is a program that must be on the PATH.
type tool struct {
	name     string // what it is
	program  string // in the table of package depends
	lack     string // what fails without it
	optional bool
	version  string // argument that prints the version
}

var tools = []tool{
	{"QEMU", arch.Default().QEMU.Program, "no kernel can be booted", false, "--version"},
	{"compiler", "gcc", "no module can be built", false, "--version"},
	{"linker", "ld", "no module can be built", false, "--version"},
	{"make", "make", "no module can be built", false, "--version"},
	{"apt", "apt-get", "no Debian kernel can be fetched; use a build tree or files", true, "--version"},
	{"dpkg-deb", "dpkg-deb", "no Debian kernel can be unpacked; use a build tree or files", true, "--version"},
	{"xz", "xz", "bzImages packed with xz boot a second slower", true, "--version"},
	{"busybox", "busybox", "no \"sh\" steps, no klptest shell", true, ""},
}

// noApt is the advice for a host without apt, which cannot install it.
const noApt = "klptest run --kernel DIR, or FILE with --kdir"

// Examine checks everything that a run needs from the host. memory is that of a
// guest, in MiB.
func Examine(ctx context.Context, h Host, cacheDir string, memory int) []Finding {
	var list []Finding
	for _, p := range tools {
		list = append(list, h.tool(ctx, p))
	}
	return append(list, h.sandbox(), h.acceleration(), h.memory(memory), h.cpus(), h.disk(cacheDir))
}

func (h Host) tool(ctx context.Context, p tool) Finding {
	f := Finding{Name: p.name, Optional: p.optional, Detail: p.lack, Mend: depends.Install(p.program)}
	if p.program == "apt-get" {
		f.Mend = noApt
	}
	path, err := h.LookPath(p.program)
	if err != nil {
		return f
	}
	f.OK, f.Detail = true, path
	if p.version != "" {
		if out, err := h.Output(ctx, path, p.version); err == nil {
			f.Detail, _, _ = strings.Cut(out, "\n")
		}
	}
	return f
}

func (h Host) sandbox() Finding {
	f := Finding{Name: "Landlock", Optional: true, Detail: "cases with C of their own are refused without --trust-sources",
		Mend: "boot the host with lsm=landlock,… (Linux 5.13 or newer)"}
	if abi := h.Landlock(); abi > 0 {
		f.OK, f.Detail = true, fmt.Sprint("ABI ", abi)
	}
	return f
}

func (h Host) acceleration() Finding {
	f := Finding{Name: "KVM", Optional: true, Detail: "software emulation: guests are some ten times slower",
		Mend: "use a host with virtualization (vmx or svm in /proc/cpuinfo) and access to /dev/kvm"}
	if a := arch.Host(); a != nil && a.QEMU.Virtual.MatchString(h.read("proc/cpuinfo")) {
		f.OK, f.Detail = true, "the processor has it; a run checks whether it boots a kernel"
	}
	return f
}

// FromError makes a finding of an error, with its advice.
func FromError(name string, err error) Finding {
	f := Finding{Name: name, Detail: err.Error()}
	var e *blame.Error
	if errors.As(err, &e) {
		f.Mend = e.Advice
	}
	return f
}
