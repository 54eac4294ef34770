// SPDX-License-Identifier: Apache-2.0

package packaged

import "testing"

func TestRelocated(t *testing.T) {
	const here = "$(dir $(lastword $(MAKEFILE_LIST)))"
	for _, c := range []struct{ kdir, makefile, want string }{
		{"usr/src/linux-headers-1", "include /usr/src/common/Makefile\n", "include " + here + "../common/Makefile\n"},
		{"usr/src/linux-1-obj/x86_64/default", "# made\nexport KBUILD_OUTPUT = /usr/src/linux-1-obj/x86_64/default\ninclude /usr/src/linux-1/Makefile\n",
			"# made\nexport KBUILD_OUTPUT := $(abspath " + here + "../../../linux-1-obj/x86_64/default)\ninclude " + here + "../../../linux-1/Makefile\n"},
		{"usr/src/linux-headers-7", "KBUILD_OUTPUT=/usr/src/linux-headers-7\ninclude /usr/src/common/Makefile\n",
			"KBUILD_OUTPUT:= $(abspath " + here + "../linux-headers-7)\ninclude " + here + "../common/Makefile\n"},
		{"usr/src/linux-1-obj/x86_64/default", "include ../../../linux-1/Makefile\n", "include ../../../linux-1/Makefile\n"},
		{"usr/src/kernels/1", "include /etc/x\nall:\n", "include /etc/x\nall:\n"},
	} {
		if got := Relocated(c.makefile, c.kdir); got != c.want {
			t.Errorf("%s: %s", c.makefile, got)
		}
	}
}
