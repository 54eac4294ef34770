// SPDX-License-Identifier: Apache-2.0

package packaged

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Manifest is kernel.json of a cache entry. Paths are relative to the entry,
// so that the cache can be moved.
type Manifest struct {
	Release string   // uname -r
	Version string   // of the packages, as an exact notation has it
	Image   string   // the package that holds the image
	Source  string   // where it was found, in the distribution's terms: "bookworm-security"
	Boot    string   // what QEMU boots: vmlinux or bzImage
	KDir    string   // below usr
	Headers []string // below usr
	Modules []string // in load order

	Toolchain string // the key of the toolchain that modules are built with; "": the host's
	Glibc     string `json:",omitempty"` // the version that the programs below usr need of the host's; "": none, or it is not known
}

func (m Manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "kernel.json"), text, 0o600)
}

func readManifest(dir string) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

func within(dir string, names []string) []string {
	var paths []string
	for _, n := range names {
		paths = append(paths, filepath.Join(dir, n))
	}
	return paths
}
