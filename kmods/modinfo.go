// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"debug/elf"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// maxModinfo is far more than any module has; firmware lists are the longest.
const maxModinfo = 1 << 20

// Modinfo is what a module says of itself in its .modinfo section, as
// scripts/mod/modpost.c and MODULE_INFO() write it.
type Modinfo struct {
	Name      string   // as in /sys/module
	Vermagic  string   // the release that it was built for, then options
	Livepatch bool     // MODULE_INFO(livepatch, "Y")
	Depends   []string // modules whose symbols it uses
}

// ReadModinfo reads the module in the file at path.
func ReadModinfo(path string) (Modinfo, error) {
	f, err := elf.Open(path)
	if err != nil {
		return Modinfo{}, fmt.Errorf("%s is not a kernel module: %w", path, err)
	}
	defer f.Close()
	s := f.Section(".modinfo")
	if s == nil {
		return Modinfo{}, fmt.Errorf("%s is not a kernel module: it has no .modinfo", path)
	}
	if s.Size > maxModinfo {
		return Modinfo{}, fmt.Errorf("%s: .modinfo has %d bytes", path, s.Size)
	}
	data, err := io.ReadAll(io.LimitReader(s.Open(), maxModinfo))
	if err != nil {
		return Modinfo{}, fmt.Errorf("%s: .modinfo: %w", path, err)
	}
	return parseModinfo(string(data)), nil
}

func parseModinfo(data string) Modinfo {
	var info Modinfo
	for entry := range strings.SplitSeq(data, "\x00") {
		key, value, _ := strings.Cut(entry, "=")
		switch key {
		case "name":
			info.Name = value
		case "vermagic":
			info.Vermagic = value
		case "livepatch":
			info.Livepatch = strings.HasPrefix(value, "Y")
		case "depends":
			if value != "" {
				info.Depends = strings.Split(value, ",")
			}
		}
	}
	return info
}

// Check tells, before any VM starts, whether a kernel of that release would
// take the module: the kernel compares vermagic (kernel/module/version.c), and
// klp_enable_patch() refuses a module that is not marked as a livepatch, which
// each shipped one but klp_target must be.
func Check(m Module, release string) error {
	built, _, _ := strings.Cut(m.Info.Vermagic, " ")
	if built != release {
		return &blame.Error{
			Party:   blame.User,
			Summary: fmt.Sprintf("%s was built for kernel %s, not for %s", filepath.Base(m.Path), built, release),
			Advice:  "use the headers or the build tree of the kernel that is booted; after a change of its version, rebuild the tree",
		}
	}
	if shippedLivepatch(m.Name) && !m.Info.Livepatch {
		return blame.Rigf("%s is not marked as a livepatch: was it built without CONFIG_LIVEPATCH?", filepath.Base(m.Path))
	}
	return nil
}

func shippedLivepatch(name string) bool {
	for _, ours := range modules(shipped()) {
		if name == ours {
			return name != "klp_target"
		}
	}
	return false
}
