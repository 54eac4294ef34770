// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

func (k *kernel) readPrintk() string {
	p := k.printk
	return fmt.Sprintf("%d\t%d\t%d\t%d", p[0], p[1], p[2], p[3])
}

// writePrintk is proc_dointvec() of kernel/sysctl.c: it reads numbers up to the
// first word that is not one.
func (k *kernel) writePrintk(value string) int {
	fields := strings.Fields(value)
	for i, f := range fields[:min(len(fields), len(k.printk))] {
		n, ret := kstrtoint(f)
		if ret != 0 {
			return einval
		}
		k.printk[i] = n
	}
	return 0
}

// writeFtrace is ftrace_enable_sysctl() of kernel/trace/ftrace.c. Up to Linux
// 7.2 it cannot be switched off while livepatch uses it, from 7.3 on never.
func (k *kernel) writeFtrace(value string) int {
	n, ret := kstrtoint(strings.TrimSpace(value))
	switch {
	case ret != 0:
		return einval
	case n == 0 && k.ftraceStays:
		k.warnFtraceStays()
		return -int(unix.EOPNOTSUPP)
	case n == 0 && len(k.stacks) > 0:
		return ebusy
	case n != 0 && n != 1:
		k.giveUp("the value %d in ftrace_enabled", n)
	}
	k.ftraceOff = n == 0
	return 0
}

func (k *kernel) warnFtraceStays() {
	if !k.ftraceWarned {
		logger{k.kmsg, ""}.warn("The ftrace_enabled file is deprecated and no longer disables ftrace")
	}
	k.ftraceWarned = true
}
