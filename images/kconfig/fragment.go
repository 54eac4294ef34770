// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"os"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Fragment is a piece of a .config. A paragraph of it that begins with a line
// "# optional" has options that not every kernel has.
type Fragment struct {
	Name string // of its file
	Text string
	// Base tells that it is what klptest needs of each kernel: an option that a
	// kernel does not have at all is not missed, unless it is [Required].
	Base bool
}

// Kind is what a kernel may be beyond what klptest needs.
type Kind struct {
	Debug bool // it checks itself: config.Debug
	LLVM  bool // clang builds it: config.LLVM
}

// Fragments are what is put over tinyconfig: what klptest needs, what makes a
// kernel of that kind, then what is in the user's files.
func Fragments(kind Kind, files []string) ([]Fragment, error) {
	list := []Fragment{{Name: "base.config", Text: Base, Base: true}}
	if kind.Debug {
		list = append(list, Fragment{Name: "debug.config", Text: Debug})
	}
	if kind.LLVM {
		list = append(list, Fragment{Name: "llvm.config", Text: LLVM})
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, blame.Unreadable(path, err)
		}
		list = append(list, Fragment{Name: path, Text: string(text)})
	}
	return list, nil
}

// Join is the text to put after a .config, so that it has the fragments'
// options; make olddefconfig makes it whole.
func Join(list []Fragment) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString("\n" + f.Text)
	}
	return b.String() + "\n"
}
