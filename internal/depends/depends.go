// SPDX-License-Identifier: Apache-2.0

package depends

import (
	_ "embed" // the table is a file that .ci/deps reads as well
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/apt"
)

//go:embed depends.txt
var table string

// Need is a program or a file of the host.
type Need struct {
	Set     string // what needs it; see depends.txt
	Name    string // a program on the PATH, or a file when it begins with a slash
	Package string // Debian's
	For     string // what it is for
}

var all = parse(table)

func parse(text string) (list []Need) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 4 || f[0] == "#" {
			continue
		}
		list = append(list, Need{Set: f[0], Name: f[1], Package: f[2], For: strings.Join(f[3:], " ")})
	}
	return list
}

// Of returns the needs of a set.
func Of(set string) []Need {
	return slices.DeleteFunc(slices.Clone(all), func(n Need) bool { return n.Set != set })
}

// Options returns the kernel options that have their own needs in a set:
// MODULE_SIG for "build" if there is a set "build-MODULE_SIG".
func Options(set string) (options []string) {
	for _, n := range all {
		if option, ok := strings.CutPrefix(n.Set, set+"-"); ok && !slices.Contains(options, option) {
			options = append(options, option)
		}
	}
	return options
}

// Install returns the command that installs the packages of programs or files.
// A name that is not in the table counts as a package.
func Install(names ...string) string {
	words := []string{"install"}
	for _, name := range names {
		pkg := name
		if i := slices.IndexFunc(all, func(n Need) bool { return n.Name == name }); i >= 0 {
			pkg = all[i].Package
		}
		if !slices.Contains(words, pkg) {
			words = append(words, pkg)
		}
	}
	return apt.Get(words...)
}
