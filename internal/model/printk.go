// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"
	"strings"
)

func (k *kernel) readPrintk() string {
	p := k.printk
	return fmt.Sprintf("%d\t%d\t%d\t%d", p[0], p[1], p[2], p[3])
}

// writePrintk is proc_dointvec() of kernel/sysctl.c: as many numbers as there
// are, up to the first that is none.
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
