// SPDX-License-Identifier: Apache-2.0

package modinfo

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxSize is far larger than any module's; firmware lists are the longest.
const maxSize = 1 << 20

// Info is a module's description of itself.
type Info struct {
	Name      string   // as in /sys/module
	Vermagic  string   // the release for which it was built, then options
	Livepatch bool     // MODULE_INFO(livepatch, "Y")
	Depends   []string // modules whose symbols it uses, as in /sys/module
}

// Read reads the module in r, which must not be compressed.
func Read(r io.ReaderAt) (Info, error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return Info{}, fmt.Errorf("not a kernel module: %w", err)
	}
	s := f.Section(".modinfo")
	if s == nil {
		return Info{}, errors.New("not a kernel module: it has no .modinfo")
	}
	if s.Size > maxSize {
		return Info{}, fmt.Errorf(".modinfo has %d bytes", s.Size)
	}
	data, err := io.ReadAll(io.LimitReader(s.Open(), maxSize))
	if err != nil {
		return Info{}, fmt.Errorf(".modinfo: %w", err)
	}
	return parse(string(data)), nil
}

func parse(section string) Info {
	var info Info
	for entry := range strings.SplitSeq(section, "\x00") {
		key, value, _ := strings.Cut(entry, "=")
		switch key {
		case "name":
			info.Name = value
		case "vermagic":
			info.Vermagic = value
		case "livepatch":
			info.Livepatch = strings.HasPrefix(value, "Y")
		case "depends":
			// modpost names files, which may have a dash.
			info.Depends = strings.FieldsFunc(strings.ReplaceAll(value, "-", "_"), func(r rune) bool { return r == ',' })
		}
	}
	return info
}
