// SPDX-License-Identifier: Apache-2.0

package bootimage

import (
	"bytes"
	"debug/elf"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
)

func TestHasPVH(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want bool
	}{
		"entry":           {imagestest.PVHKernel(), true},
		"no entry":        {imagestest.PlainKernel(), false},
		"another's note":  {imagestest.ELF(imagestest.Part(elf.PT_NOTE, imagestest.Note("GNU\x00", 18, "1234"))), false},
		"note cut short":  {imagestest.ELF(imagestest.Part(elf.PT_NOTE, imagestest.Note("Xen\x00", 18, "1234")[:16])), false},
		"absurd sizes":    {imagestest.ELF(imagestest.Part(elf.PT_NOTE, strings.Repeat("\xff", 32))), false},
		"no ELF file":     {"MZ", false},
		"another machine": {strings.Replace(imagestest.PVHKernel(), "\x02\x00\x3e\x00", "\x02\x00\xb7\x00", 1), false},
	} {
		if got := hasPVH(strings.NewReader(c.file)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzHasPVH(f *testing.F) {
	f.Add([]byte(imagestest.PVHKernel()))
	f.Fuzz(func(_ *testing.T, data []byte) {
		hasPVH(bytes.NewReader(data)) // must not panic
	})
}
