// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"

	"github.com/klptest/klptest/internal/printable"
)

// bzImage is the part of the x86 boot protocol that is needed here, see
// Documentation/arch/x86/boot.rst.
type bzImage struct {
	version string // uname -r and who built it when: "6.12.117+deb12-amd64 (debian-kernel@…) #1 SMP …"
	payload []byte // the compressed vmlinux
}

func parseBzImage(data []byte) (bzImage, error) {
	if len(data) < 0x250 || string(data[0x202:0x206]) != "HdrS" {
		return bzImage{}, errors.New("not an x86 bzImage")
	}
	u16 := func(at int) int64 { return int64(binary.LittleEndian.Uint16(data[at:])) }
	u32 := func(at int) int64 { return int64(binary.LittleEndian.Uint32(data[at:])) }
	if u16(0x206) < 0x208 {
		return bzImage{}, errors.New("boot protocol older than 2.08: it does not tell where its payload is")
	}
	sectors := int64(data[0x1f1])
	if sectors == 0 {
		sectors = 4
	}
	start := (sectors+1)*512 + u32(0x248)
	end := start + u32(0x24c)
	if start >= end || end > int64(len(data)) {
		return bzImage{}, errors.New("bzImage is cut short")
	}
	version := cString(data, 0x200+u16(0x20e))
	if version == "" {
		return bzImage{}, errors.New("bzImage does not tell its version")
	}
	return bzImage{version, data[start:end]}, nil
}

// release is the first word of the version.
func (b bzImage) release() string {
	release, _, _ := strings.Cut(b.version, " ")
	return release
}

func cString(data []byte, at int64) string {
	if at >= int64(len(data)) {
		return ""
	}
	text := data[at:min(at+512, int64(len(data)))]
	end := bytes.IndexByte(text, 0)
	if end < 0 || !printable.Clean(string(text[:end])) {
		return ""
	}
	return string(text[:end])
}
