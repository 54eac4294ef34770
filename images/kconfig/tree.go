// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klptest/klptest/internal/arch"
)

var kconfigFile = regexp.MustCompile(`^Kconfig(\..*|-.*)?$`)

// IsFile reports whether a file of a kernel's source with this name is a
// Kconfig file, which defines options.
func IsFile(name string) bool { return kconfigFile.MatchString(name) }

// findSymbols looks for the settings' options in the Kconfig files of a tree.
func findSymbols(source string, wanted Settings) (map[string]*symbol, error) {
	symbols := map[string]*symbol{}
	for _, s := range wanted {
		symbols[s.name] = &symbol{}
	}
	err := filepath.WalkDir(source, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != source && (strings.HasPrefix(d.Name(), ".") || foreignArch(source, path)):
			return fs.SkipDir
		case !d.Type().IsRegular() || !IsFile(d.Name()):
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return readFile(f, symbols)
	})
	return symbols, err
}

// foreignArch reports whether path is the directory of another architecture.
func foreignArch(source, path string) bool {
	dir, name := filepath.Split(path)
	return filepath.Clean(dir) == filepath.Join(source, "arch") && name != arch.Default().Kernel.Dir
}
