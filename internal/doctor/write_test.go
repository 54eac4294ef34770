// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	var out strings.Builder
	missing := Write(&out, []Finding{
		{Name: "make", OK: true, Detail: "GNU Make"},
		{Name: "kernel x", Detail: "no such kernel", Mend: "a kernel is one of:\n  DIR"},
		{Name: "apt", Optional: true, Detail: "no packages", Mend: "use files"},
	})
	want := `ok       make           GNU Make
MISSING  kernel x       no such kernel
                        → a kernel is one of:
                            DIR
without  apt            no packages
                        → use files
`
	if missing != 1 || out.String() != want {
		t.Errorf("%d missing\n%s", missing, out.String())
	}
}
