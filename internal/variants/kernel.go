// SPDX-License-Identifier: Apache-2.0

package variants

import (
	"slices"

	"github.com/klptest/klptest/images/kconfig"
)

// Kernel is a kernel with a set of options.
type Kernel struct {
	Name    string
	Options []string
}

// kernels cover the options. No two options are in the same set of kernels, so
// the kernels on which a case fails identify the option. No kernel has preempt-rt and
// lockdep: with both, Linux 6.12 warns in each transition (cases/bugs/rt-own-stack.txtar).
var kernels = []Kernel{
	{"server", []string{"preempt-none", "size", "hz1000", "no-kprobes", "modversions", "la57"}},
	{"tiny", []string{"preempt-none", "no-smp", "frame-pointer", "no-dynamic-debug", "no-debug-fs"}},
	{"single", []string{"preempt-voluntary", "no-smp", "kasan", "no-debug-fs", "no-kprobes", "la57"}},
	{"hardened", []string{"preempt-voluntary", "clang", "cfi", "ibt", "fineibt", "modversions", "sig-force"}},
	{"llvm", []string{"preempt", "clang", "thinlto", "size", "cfi", "ibt", "no-dynamic-debug"}},
	{"races", []string{"preempt", "kcsan", "frame-pointer", "hz1000", "sig-force", "lockdep", "ibt"}},
	{"realtime", []string{"preempt-rt", "kasan", "la57", "no-debug-fs"}},
	{"realtime-llvm", []string{"preempt-rt", "clang", "thinlto", "kcsan", "cfi", "ibt", "fineibt"}},
	{"distribution", []string{"preempt-voluntary", "big", "lockdep", "modversions"}},
	{"distribution-llvm", []string{"preempt", "big", "clang", "hz1000"}},
}

// Kernels returns the kernels that cover all options.
func Kernels() []Kernel { return slices.Clone(kernels) }

// Plain is the kernel without any option.
var Plain = Kernel{Name: "plain"}

// Fragments returns the options as configuration fragments.
func (k Kernel) Fragments() (list []kconfig.Fragment) {
	for _, name := range k.Options {
		if o, ok := find(name); ok {
			list = append(list, kconfig.Fragment{Name: "option " + name, Text: o.Text})
		}
	}
	return list
}

func (k Kernel) has(option string) bool { return slices.Contains(k.Options, option) }
