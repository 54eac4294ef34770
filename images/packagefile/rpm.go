// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klptest/klptest/images/unpack"
)

// The start of an .rpm, and the tags that are read
// (https://rpm-software-management.github.io/rpm/manual/format_v4.html). The Go
// library for it (sassoftware/go-rpmutils 0.4.0) trusts the offsets of a
// header, and panics on a damaged one.
const (
	leadSize  = 96
	leadMagic = "\xed\xab\xee\xdb"
	rpmSource = 1 // the lead's type

	headerMagic = "\x8e\xad\xe8\x01"
	introSize   = 16
	entrySize   = 16
	mostEntries = 0xffff // lib/header_internal.h of RPM, hdrchkTags

	tagName          = 1000
	tagVersion       = 1001
	tagRelease       = 1002
	tagArch          = 1022
	tagPayloadFormat = 1124
	tagPayloadDigest = 5092 // SHA-256 in hexadecimal
)

// stringTypes are the types of a tag whose value begins with a string.
var stringTypes = []uint32{6, 8, 9} // STRING, STRING_ARRAY, I18NSTRING

// readRPM reads what an .rpm says about itself.
func readRPM(f io.ReaderAt, size int64) (*pkg, error) {
	lead := make([]byte, leadSize)
	if _, err := f.ReadAt(lead, 0); err != nil || !bytes.HasPrefix(lead, []byte(leadMagic)) {
		return nil, errors.New("not an .rpm")
	}
	signature, err := readHeader(f, leadSize, size)
	if err != nil {
		return nil, err
	}
	h, err := readHeader(f, (signature.end+7)&^7, size)
	if err != nil {
		return nil, err
	}
	if format := h.text(tagPayloadFormat); format != "cpio" {
		return nil, fmt.Errorf("its payload is %q, not cpio", format)
	}
	p := &pkg{name: h.text(tagName), version: h.text(tagVersion) + "-" + h.text(tagRelease), arch: h.text(tagArch),
		at: h.end, size: size - h.end, archive: unpack.Cpio}
	if binary.BigEndian.Uint16(lead[6:]) == rpmSource {
		p.arch = "src"
	}
	if sum, err := hex.DecodeString(h.text(tagPayloadDigest)); err == nil {
		p.digest = sum
	}
	return p, nil
}

// rpmHeader is an index of tags, and a store that the index points into.
type rpmHeader struct {
	index, store []byte
	end          int64 // where it ends in the file
}

// readHeader reads the header at an offset of a file of size bytes.
func readHeader(f io.ReaderAt, at, size int64) (rpmHeader, error) {
	intro := make([]byte, introSize)
	if _, err := f.ReadAt(intro, at); err != nil || !bytes.HasPrefix(intro, []byte(headerMagic)) {
		return rpmHeader{}, fmt.Errorf("no header at byte %d", at)
	}
	entries, stored := int64(binary.BigEndian.Uint32(intro[8:])), int64(binary.BigEndian.Uint32(intro[12:]))
	h := rpmHeader{end: at + introSize + entries*entrySize + stored}
	if entries > mostEntries || h.end > size {
		return rpmHeader{}, fmt.Errorf("the header at byte %d has %d entries and %d bytes", at, entries, stored)
	}
	data := make([]byte, h.end-at-introSize)
	if _, err := f.ReadAt(data, at+introSize); err != nil {
		return rpmHeader{}, err
	}
	h.index, h.store = data[:entries*entrySize], data[entries*entrySize:]
	return h, nil
}

// text returns the first string of a tag, or "".
func (h rpmHeader) text(tag uint32) string {
	for e := h.index; len(e) >= entrySize; e = e[entrySize:] {
		kind, offset := binary.BigEndian.Uint32(e[4:]), int64(binary.BigEndian.Uint32(e[8:]))
		if binary.BigEndian.Uint32(e) != tag || offset >= int64(len(h.store)) || !slices.Contains(stringTypes, kind) {
			continue
		}
		text, _, _ := bytes.Cut(h.store[offset:], []byte{0})
		return string(text)
	}
	return ""
}
