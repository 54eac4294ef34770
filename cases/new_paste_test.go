// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnstamp(t *testing.T) {
	const text = " ? klp_free+0x1/0x2"
	fronts := []string{
		"<4>", "<6>[   12.345678] ", "[   12.345678] ", "[12.345678][  T117] ", "[   12.345678] [    C0] ",
		"[Fri Jan  2 03:04:05 2026] ", "kern  :warn  : [   12.345678] ", "6,339,5140900,-;", "4,12,99,-,caller=T1;",
		"Jan 02 03:04:05 deb12 kernel: ", "2026-01-02T03:04:05.678901+00:00 deb12 kernel: ", "[   12.345678] deb12 kernel: ",
	}
	for _, front := range fronts {
		if got, stamped := unstamp(front + text); got != text || !stamped {
			t.Errorf("%q: %q, %t", front, got, stamped)
		}
	}
	for _, line := range []string{"livepatch: enabling patch 'klp_a'", "[x] y", "[1] 234", "Jan: x", "1,2", text} {
		if got, stamped := unstamp(line); got != line || stamped {
			t.Errorf("%q became %q", line, got)
		}
	}
}

func TestReadPasted(t *testing.T) {
	tests := map[string]pasteLine{
		"% insmod a":                         {text: "insmod a", command: true},
		"$ insmod a":                         {text: "insmod a", command: true},
		"# insmod a":                         {text: "insmod a", command: true},
		"root@deb12:~# insmod a":             {text: "insmod a", command: true},
		"[root@deb12 ~]# insmod a":           {text: "insmod a", command: true},
		"> > % insmod a":                     {text: "insmod a", command: true},
		"[ 1.0] % insmod a":                  {text: "insmod a", command: true},
		"# % insmod a":                       {text: "insmod a", command: true},
		"# livepatch: enabling patch 'a'":    {text: "livepatch: enabling patch 'a'"},
		"# a comment":                        {text: "# a comment"},
		"[ 1.0] livepatch: x   ":             {text: "livepatch: x", kernel: true},
		"Jan 02 03:04:05 h unknown: % rmmod": {text: "rmmod", command: true},
		"%not a command":                     {text: "%not a command"},
		"100% of it":                         {text: "100% of it"},
	}
	for line, want := range tests {
		got := readPasted(line + "\n")
		if d := cmp.Diff([]pasteLine{want}, got, cmp.AllowUnexported(pasteLine{})); d != "" {
			t.Errorf("%q:\n%s", line, d)
		}
	}
	if got := readPasted("\n  \n> \n[ 1.0] \n"); got != nil {
		t.Errorf("blank lines: %v", got)
	}
}
