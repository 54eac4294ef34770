// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klptest/klptest/images/unpack"
	"github.com/klptest/klptest/internal/bounded"
)

// A .deb is an ar archive of a few members (deb(5)).
const (
	arMagic      = "!<arch>\n"
	arHeaderSize = 60
	arHeaderEnd  = "`\n"
	mostMembers  = 16
	maxControl   = 16 << 20
)

// readDeb reads what a .deb says about itself.
func readDeb(ctx context.Context, f io.ReaderAt, size int64) (*pkg, error) {
	members, err := arMembers(f, size)
	if err != nil {
		return nil, err
	}
	control, data := find(members, "control.tar"), find(members, "data.tar")
	if control == nil || data == nil {
		return nil, errors.New("not a .deb: it has no control.tar or no data.tar")
	}
	var text string
	err = unpack.Decompressed(ctx, io.NewSectionReader(f, control.at, control.size), maxControl, func(r io.Reader) error {
		text, err = readControl(r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", control.name, err)
	}
	return &pkg{name: field(text, "Package"), version: field(text, "Version"), arch: field(text, "Architecture"),
		at: data.at, size: data.size, archive: unpack.Tar}, nil
}

// member is a file of an ar archive.
type member struct {
	name     string
	at, size int64
}

// arMembers lists the members of an ar archive of size bytes.
func arMembers(f io.ReaderAt, size int64) (list []member, err error) {
	magic := make([]byte, len(arMagic))
	if _, err := f.ReadAt(magic, 0); err != nil || string(magic) != arMagic {
		return nil, errors.New("not a .deb")
	}
	for at := int64(len(arMagic)); at < size && len(list) < mostMembers; {
		header := make([]byte, arHeaderSize)
		if _, err := f.ReadAt(header, at); err != nil || !bytes.HasSuffix(header, []byte(arHeaderEnd)) {
			return nil, fmt.Errorf("no member at byte %d", at)
		}
		at += arHeaderSize
		m := member{name: strings.TrimRight(string(header[:16]), " /"), at: at}
		m.size, err = strconv.ParseInt(strings.TrimRight(string(header[48:58]), " "), 10, 64)
		if err != nil || m.size < 0 || m.size > size-at {
			return nil, fmt.Errorf("its %s is cut short", m.name)
		}
		list = append(list, m)
		at += (m.size + 1) &^ 1
	}
	return list, nil
}

// find returns the member with a name, or with the name and a further extension.
func find(members []member, name string) *member {
	for i, m := range members {
		if m.name == name || strings.HasPrefix(m.name, name+".") {
			return &members[i]
		}
	}
	return nil
}

// readControl returns the file "control" of a control.tar.
func readControl(r io.Reader) (text string, err error) {
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, r)
			return text, err
		}
		if err != nil {
			return "", err
		}
		if strings.TrimPrefix(h.Name, "./") == "control" {
			data, err := bounded.ReadAll(t, maxControl)
			if err != nil {
				return "", err
			}
			text = string(data)
		}
	}
}

// field returns a one-line field of a control file (deb-control(5)).
func field(control, name string) string {
	for line := range strings.Lines(control) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
