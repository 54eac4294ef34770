// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/guest/wire"
)

// wanted lists files without which klptest sees less: without the first, a warning
// that the kernel prints once per boot is seen by one case at most; the others are
// the debug lines of livepatch, and the functions that ftrace redirects.
var wanted = []struct {
	names  []string // any of them will do
	usable func(rootfs.Tree, string) bool
}{
	{[]string{clearOnce}, rootfs.Tree.Allows},
	{dynamicDebug, rootfs.Tree.Allows},
	{enabledFunctions, rootfs.Tree.Exists},
}

// survey describes a machine that klptest did not boot. What a kernel does not tell
// stays empty.
func (a *Agent) survey() (s wire.Survey, err error) {
	now, err := a.look()
	if err != nil {
		return s, err
	}
	modules, err := a.files.Read("/proc/modules", maxProcFile)
	if err != nil {
		return s, err
	}
	read := func(name string) string {
		text, _ := a.files.Read(name, 4<<10)
		return text
	}
	for _, w := range wanted {
		if !slices.ContainsFunc(w.names, func(name string) bool { return w.usable(a.files, name) }) {
			s.Lacks = append(s.Lacks, w.names[0])
		}
	}
	s.Release, s.Version, s.Cmdline = a.kernel.Release(), read("/proc/sys/kernel/version"), read("/proc/cmdline")
	s.Boot, s.Now = read("/proc/sys/kernel/random/boot_id"), time.Now()
	s.CPUs, s.Memory = runtime.NumCPU(), memoryOf(read("/proc/meminfo"))
	s.Lockdown = chosen(read("/sys/kernel/security/lockdown"))
	s.SignedOnly = read("/sys/module/module/parameters/sig_enforce") == "Y"
	s.Modules, s.Patches, s.Taint = namesIn(modules), now.patches, now.taint
	return s, nil
}

// chosen returns the word in brackets of a list such as "none [integrity]
// confidentiality".
func chosen(list string) string {
	_, rest, _ := strings.Cut(list, "[")
	word, _, found := strings.Cut(rest, "]")
	if !found {
		return ""
	}
	return word
}

// memoryOf reads MemTotal of /proc/meminfo, in MiB; 0: it is not there.
func memoryOf(meminfo string) int {
	for line := range strings.Lines(meminfo) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "MemTotal:" {
			kib, _ := strconv.Atoi(f[1])
			return kib >> 10
		}
	}
	return 0
}

// namesIn returns the first word of each line, in order.
func namesIn(text string) (names []string) {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 0 {
			names = append(names, f[0])
		}
	}
	return names
}
