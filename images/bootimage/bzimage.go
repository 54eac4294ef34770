// SPDX-License-Identifier: Apache-2.0

package bootimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"

	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/printable"
)

// maxImage is the maximum size of a bzImage.
const maxImage = 256 << 20

// ReadBzImage reads a file that may be a bzImage. It refuses a file that is too
// large, and does not check the contents.
func ReadBzImage(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded.ReadAll(f, maxImage)
}

// BzImageRelease returns the release (uname -r) of the kernel in a bzImage.
func BzImageRelease(image []byte) (string, error) {
	bz, err := parseBzImage(image)
	return bz.release(), err
}

// bzImage is the part of the x86 boot protocol that is needed here.
type bzImage struct {
	version string // uname -r and who built it when: "6.12.117 (debian-kernel@…) #1 SMP …"
	payload []byte // the compressed vmlinux
}

// Offsets in the setup header: Documentation/arch/x86/boot.rst.
const (
	sector        = 512
	setupSectors  = 0x1f1 // setup_sects, 1 byte: sectors after the first
	magic         = 0x202 // "HdrS"
	protocol      = 0x206 // 2 bytes
	versionOffset = 0x20e // 2 bytes, from headerBase
	payloadOffset = 0x248 // 4 bytes, from the end of the setup sectors
	payloadLength = 0x24c // 4 bytes
	headerEnd     = 0x250
	headerBase    = 0x200
)

func parseBzImage(data []byte) (bzImage, error) {
	if len(data) < headerEnd || string(data[magic:protocol]) != "HdrS" {
		return bzImage{}, errors.New("not an x86 bzImage")
	}
	u16 := func(at int) int64 { return int64(binary.LittleEndian.Uint16(data[at:])) }
	u32 := func(at int) int64 { return int64(binary.LittleEndian.Uint32(data[at:])) }
	if u16(protocol) < 0x208 {
		return bzImage{}, errors.New("boot protocol older than 2.08: it does not say where the payload is")
	}
	sectors := int64(data[setupSectors])
	if sectors == 0 {
		sectors = 4
	}
	start := (sectors+1)*sector + u32(payloadOffset)
	end := start + u32(payloadLength)
	if start >= end || end > int64(len(data)) {
		return bzImage{}, errors.New("bzImage is cut short")
	}
	version := cString(data, headerBase+u16(versionOffset))
	if version == "" {
		return bzImage{}, errors.New("bzImage has no version")
	}
	return bzImage{version, data[start:end]}, nil
}

// release returns the first word of the version.
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
