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

// ShippedFS holds the files of the shipped cases; Case.File is the name.
func ShippedFS() fs.FS { return shipped }

// Shipped returns the shipped cases, sorted by name.
func Shipped() ([]*casefile.Case, error) {
	entries, err := shipped.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var list []*casefile.Case
	for _, e := range entries {
		data, err := shipped.ReadFile(e.Name())
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
