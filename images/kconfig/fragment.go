// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"os"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Fragment is a piece of a .config. Settings that follow a line "# optional" in a
// paragraph may be lost.
type Fragment struct {
	Name string // of its file
	Text string
	// Shipped marks klptest's own fragments, for kernels of many versions: an
	// option that a kernel does not have at all is not missed, unless it follows a
	// line "# required".
	Shipped bool
}

// Kind is what a kernel may have beyond what klptest needs.
type Kind struct {
	Debug bool // it checks itself: [Debug]
	LLVM  bool // clang builds it: [LLVM]
	Gcov  bool // it counts which lines it runs: [Gcov]
	Image bool // it boots a distribution from a disk image: [Image]
}

// Fragments returns what is put over tinyconfig: what klptest needs, what a kernel of
// that kind needs, then the user's files.
func Fragments(kind Kind, files []string) ([]Fragment, error) {
	list := []Fragment{{Name: "base.config", Text: Base, Shipped: true}}
	if kind.Debug {
		list = append(list, Fragment{Name: "debug.config", Text: Debug, Shipped: true})
	}
	if kind.Image {
		list = append(list, Fragment{Name: "image.config", Text: Image, Shipped: true})
	}
	if kind.LLVM {
		list = append(list, Fragment{Name: "llvm.config", Text: LLVM})
	}
	if kind.Gcov {
		list = append(list, Fragment{Name: "gcov.config", Text: Gcov})
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

// Join returns the text to append to a .config so that it has the fragments' options.
// make olddefconfig completes it.
func Join(list []Fragment) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString("\n" + f.Text)
	}
	return b.String() + "\n"
}
