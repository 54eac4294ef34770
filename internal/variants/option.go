// SPDX-License-Identifier: Apache-2.0

package variants

import (
	_ "embed" // a large fragment is in a separate file
	"slices"
	"strings"

	"github.com/klptest/klptest/images/kconfig"
)

// Option is one variation of a kernel's configuration.
type Option struct {
	Name   string
	Text   string // the lines of a fragment
	Choice string // a kernel has at most one of the options with the same choice
	Needs  string // other options, separated by blanks
}

// Choices that exclude each other; kernel/Kconfig.preempt, lib/Kconfig.kcsan.
const (
	preemption = "preemption"
	sanitizer  = "sanitizer"
)

//go:embed big.config
var big string

// options does not include TRIM_UNUSED_KSYMS, because LIVEPATCH depends on its
// absence (kernel/livepatch/Kconfig).
var options = []Option{
	{Name: "preempt-none", Choice: preemption, Text: "CONFIG_PREEMPT_NONE=y\n# CONFIG_PREEMPT_VOLUNTARY is not set\n"},
	{Name: "preempt-voluntary", Choice: preemption, Text: "CONFIG_PREEMPT_VOLUNTARY=y\n"},
	{Name: "preempt", Choice: preemption, Text: "CONFIG_PREEMPT=y\n# CONFIG_PREEMPT_VOLUNTARY is not set\n"},
	{Name: "preempt-rt", Choice: preemption, Text: "CONFIG_PREEMPT_RT=y\n# CONFIG_PREEMPT_VOLUNTARY is not set\n"},
	{Name: "size", Text: "CONFIG_CC_OPTIMIZE_FOR_SIZE=y\n# CONFIG_CC_OPTIMIZE_FOR_PERFORMANCE is not set\n"},
	{Name: "clang", Text: kconfig.LLVM},
	{Name: "thinlto", Text: "CONFIG_LTO_CLANG_THIN=y\n", Needs: "clang"},
	{Name: "cfi", Text: "CONFIG_CFI_CLANG=y\n", Needs: "clang"},
	{Name: "ibt", Text: "CONFIG_X86_KERNEL_IBT=y\n"},
	{Name: "fineibt", Text: "CONFIG_CPU_MITIGATIONS=y\nCONFIG_MITIGATION_RETPOLINE=y\nCONFIG_FINEIBT=y\n", Needs: "clang cfi ibt"},
	{Name: "frame-pointer", Text: "CONFIG_UNWINDER_FRAME_POINTER=y\n# CONFIG_UNWINDER_ORC is not set\nCONFIG_STACK_VALIDATION=y\n"},
	{Name: "no-smp", Text: "# CONFIG_SMP is not set\nCONFIG_NR_CPUS=1\n"},
	{Name: "modversions", Text: "CONFIG_MODVERSIONS=y\n"},
	{Name: "sig-force", Text: "CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\nCONFIG_MODULE_SIG_SHA256=y\n"},
	{Name: "no-debug-fs", Text: "# CONFIG_DEBUG_FS is not set\n"},
	{Name: "no-dynamic-debug", Text: "# CONFIG_DYNAMIC_DEBUG is not set\n"},
	{Name: "no-kprobes", Text: "# CONFIG_KPROBES is not set\n"},
	{Name: "kasan", Choice: sanitizer, Text: "CONFIG_KASAN=y\nCONFIG_KASAN_GENERIC=y\nCONFIG_KASAN_OUTLINE=y\n"},
	{Name: "kcsan", Choice: sanitizer, Text: "CONFIG_KCSAN=y\n"},
	{Name: "lockdep", Text: "CONFIG_PROVE_LOCKING=y\n"},
	{Name: "hz1000", Text: "CONFIG_HZ_1000=y\n"},
	{Name: "la57", Text: "CONFIG_X86_5LEVEL=y\n"},
	{Name: "big", Text: big},
}

// Options returns the names of all options.
func Options() (names []string) {
	for _, o := range options {
		names = append(names, o.Name)
	}
	return names
}

func find(name string) (Option, bool) {
	i := slices.IndexFunc(options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return options[i], true
}

// Alone returns the kernel with only that option and its needs.
func (o Option) Alone() Kernel {
	return Kernel{Name: o.Name, Options: append(strings.Fields(o.Needs), o.Name)}
}
