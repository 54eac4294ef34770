// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Zstd packs a text.
func Zstd(text string) string {
	return Packed(text, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
}

// Deb makes a .deb with a packed tar archive.
func Deb(name, version, arch, data string) string {
	control := Gzipped(Tar(File("./control", fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: %s\nDescription: x\n Version: 0\n", name, version, arch))))
	var b strings.Builder
	b.WriteString("!<arch>\n")
	for _, m := range []struct{ name, text string }{{"debian-binary", "2.0\n"}, {"control.tar.gz", control}, {"data.tar.xz", data}} {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n%s%s", m.name, 0, 0, 0, "100644", len(m.text), m.text, strings.Repeat("\n", len(m.text)%2))
	}
	return b.String()
}

// RPM makes an .rpm with a packed cpio archive.
func RPM(name, version, release, arch, payload string) string {
	lead := make([]byte, 96)
	copy(lead, "\xed\xab\xee\xdb\x03")
	signature := rpmHeader(map[uint32]string{1000: "odd"})
	signature += strings.Repeat("\x00", -len(signature)&7)
	return string(lead) + signature + rpmHeader(map[uint32]string{1000: name, 1001: version, 1002: release, 1022: arch, 1124: "cpio",
		5092: fmt.Sprintf("%x", sha256.Sum256([]byte(payload)))}) + payload
}

func rpmHeader(tags map[uint32]string) string {
	var index, store bytes.Buffer
	for tag, text := range tags {
		_ = binary.Write(&index, binary.BigEndian, []uint32{tag, 6, uint32(store.Len()), 1})
		store.WriteString(text + "\x00")
	}
	var intro bytes.Buffer
	intro.WriteString("\x8e\xad\xe8\x01\x00\x00\x00\x00")
	_ = binary.Write(&intro, binary.BigEndian, []uint32{uint32(len(tags)), uint32(store.Len())})
	return intro.String() + index.String() + store.String()
}
