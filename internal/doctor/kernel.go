// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"fmt"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/vm"
)

// Kernel checks a kernel's configuration.
func Kernel(k *images.Kernel) []Finding {
	findings := []Finding{{Name: "kernel", OK: true, Detail: k.Name + ", release " + k.Release}}
	findings = append(findings, options(kconfig.Required(k.Config), false)...)
	return append(findings, options(kconfig.Recommended(k.Config), true)...)
}

func options(missing []kconfig.Missing, optional bool) (findings []Finding) {
	for _, m := range missing {
		findings = append(findings, Finding{
			Name: m.Option, Optional: optional, Detail: m.Why, Mend: "set it to " + m.Want + " and build the kernel again",
		})
	}
	return findings
}

// KernelBuilds reports whether kernels can be built from their source.
func KernelBuilds(missing []depends.Need) Finding {
	f := Finding{Name: "kernel builds", Optional: true, OK: len(missing) == 0, Detail: "everything needed is installed"}
	if !f.OK {
		f.Detail, f.Mend = "no kernel can be built from source: missing", kbuild.InstallTools(missing)
		for _, t := range missing {
			f.Detail += " " + t.Name
		}
	}
	return f
}

// Selftests reports whether the kernel's own selftests can be run.
func Selftests(missing []depends.Need) Finding {
	f := Finding{Name: "kernel selftests", Optional: true, OK: len(missing) == 0, Detail: "everything that guests need is installed"}
	if !f.OK {
		var names []string
		for _, n := range missing {
			names = append(names, n.Name)
		}
		f.Detail, f.Mend = "klptest selftests cannot run: missing "+strings.Join(names, " "), depends.Install(names...)
	}
	return f
}

// EmulatorFaults returns the faults of QEMU's emulator that another version does
// not have.
func EmulatorFaults(version string, list []vm.Quirk) (findings []Finding) {
	if version == "" {
		version = "of unknown version"
	}
	for _, q := range list {
		findings = append(findings, Finding{
			Name: "emulator", Optional: true,
			Detail: fmt.Sprintf("QEMU %s: %s; without KVM %s", version, q.Name, q.Cost),
			Mend:   "install QEMU " + q.Fixed + " or newer, or name one with --qemu",
		})
	}
	return findings
}
