// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
)

//go:embed *.txtar
var shipped embed.FS

//go:embed bugs/*.txtar
var bugs embed.FS

// ShippedFS returns the files of the shipped cases; Case.File is the name.
func ShippedFS() fs.FS { return shipped }

// Shipped returns the shipped cases, sorted by name.
func Shipped() ([]*casefile.Case, error) {
	list, err := readAll(shipped)
	for _, c := range list {
		c.Shipped = true
	}
	return list, err
}

// Bugs returns the cases of known kernel bugs, sorted by name. They are shipped as
// well, but run only when named.
func Bugs() ([]*casefile.Case, error) {
	dir, err := fs.Sub(bugs, "bugs")
	if err != nil {
		return nil, err
	}
	return readAll(dir)
}

func readAll(files fs.FS) ([]*casefile.Case, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	var list []*casefile.Case
	for _, e := range entries {
		data, err := fs.ReadFile(files, e.Name())
		if err != nil {
			return nil, err
		}
		c, err := casefile.Parse(e.Name(), data)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *casefile.Case) int { return strings.Compare(a.Name, b.Name) }) // the files are sorted with their endings
	return list, nil
}
