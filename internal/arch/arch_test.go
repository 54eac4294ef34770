// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"runtime"
	"testing"
)

func TestHost(t *testing.T) {
	if a := Host(); a != nil && a.GOARCH != runtime.GOARCH {
		t.Errorf("%s on %s", a.Name, runtime.GOARCH)
	}
	if byGOARCH("amd64") != &X86_64 || byGOARCH("pdp11") != nil {
		t.Error("another architecture")
	}
}

// Every field of an architecture is set.
func TestTable(t *testing.T) {
	for _, a := range all {
		k, q := a.Kernel, a.QEMU
		if a.Name == "" || a.GOARCH == "" || a.Debian == "" || a.ELF == 0 ||
			k.Dir == "" || k.Option == "" || k.Image == "" || len(k.Console) == 0 || k.MaxCmdline == 0 ||
			q.Program == "" || q.Machine == "" || q.CPU == "" || q.Bus == "" || q.MaxCPUs == 0 || q.Virtual == nil || q.NoVirtual == "" {
			t.Errorf("%+v", a)
		}
	}
}
