// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"archive/tar"
	"bytes"
	"strings"
)

// Entry is a file, a directory or a link of a package.
type Entry struct {
	name, text, target string
	device             bool
	inode              int64 // of a file with several names
}

// File makes a file, or a directory if the name ends with "/".
func File(name, text string) Entry { return Entry{name: name, text: text} }

// Link makes a symbolic link.
func Link(name, target string) Entry { return Entry{name: name, target: target} }

// Device makes a device node.
func Device(name string) Entry { return Entry{name: name, device: true} }

// Linked makes one of several names of a file. Only the last one in a cpio archive
// has the text.
func Linked(inode int64, name, text string) Entry { return Entry{name: name, text: text, inode: inode} }

// Tar makes the archive of a package's files.
func Tar(entries ...Entry) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o755, Size: int64(len(e.text)), Typeflag: tar.TypeReg}
		switch {
		case e.target != "":
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.target
		case strings.HasSuffix(e.name, "/"):
			h.Typeflag = tar.TypeDir
		case e.device:
			h.Typeflag = tar.TypeBlock
		}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		if _, err := w.Write([]byte(e.text)); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}
