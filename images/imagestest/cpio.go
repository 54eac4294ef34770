// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"bytes"
	"strings"

	"github.com/cavaliergopher/cpio"
)

// Cpio makes the archive of a package's files as in an .rpm.
func Cpio(entries ...Entry) string {
	var b bytes.Buffer
	w := cpio.NewWriter(&b)
	for i, e := range entries {
		h := &cpio.Header{Name: e.name, Mode: cpio.TypeReg | 0o755, Links: 1, Inode: int64(i) + 1000, Size: int64(len(e.text))}
		switch {
		case e.target != "":
			h.Mode, h.Size, e.text = cpio.TypeSymlink|0o777, int64(len(e.target)), e.target
		case strings.HasSuffix(e.name, "/"):
			h.Mode, h.Name = cpio.TypeDir|0o755, strings.TrimSuffix(e.name, "/")
		case e.device:
			h.Mode = cpio.TypeBlock | 0o600
		case e.inode != 0:
			h.Inode, h.Links = e.inode, 2
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
