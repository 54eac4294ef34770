// SPDX-License-Identifier: Apache-2.0

package sourcelint

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestSource(t *testing.T) {
	problems, err := check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

// check walks a source tree and returns the problems it finds.
func check(tree fs.FS) ([]string, error) {
	files, err := sources(tree)
	if err != nil {
		return nil, err
	}
	var problems []string
	documented := map[string]bool{} // by directory with Go files
	for name, text := range files {
		problems = append(problems, checkLicence(tree, name, text)...)
		if path.Ext(name) == ".go" {
			documented[path.Dir(name)] = documented[path.Dir(name)] || path.Base(name) == "doc.go"
			problems = append(problems, checkGo(name, text)...)
		}
	}
	for dir, ok := range documented {
		if !ok {
			problems = append(problems, dir+": no doc.go")
		}
	}
	slices.Sort(problems)
	return problems, nil
}

// sources reads the source files of a tree, by name.
func sources(tree fs.FS) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && ignored(name):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if isSource(name, string(text)) {
			files[name] = string(text)
		}
		return err
	})
	return files, err
}

// ignored reports whether a directory holds none of our source: build output, test
// data (some of it wrong on purpose), and files of tools.
func ignored(dir string) bool {
	base := path.Base(dir)
	switch {
	case dir == ".", dir == ".ci":
		return false
	case strings.HasPrefix(base, "."), base == "testdata":
		return true
	}
	return dir == "bin"
}

// checkLicence checks the licence of a source file, and that LICENSES has its text.
func checkLicence(tree fs.FS, name, text string) []string {
	want := licence(name)
	if got := spdx(text); got != want {
		return []string{fmt.Sprintf("%s: SPDX-License-Identifier is %q, want %q, at the top", name, got, want)}
	}
	if _, err := fs.Stat(tree, "LICENSES/"+want+".txt"); err != nil {
		return []string{fmt.Sprintf("%s: %v", name, err)}
	}
	return nil
}

// isSource distinguishes source from data and prose. A script may have no extension.
func isSource(name, text string) bool {
	switch path.Ext(name) {
	case ".go", ".c", ".h", ".S", ".sh", ".mk", ".yml", ".yaml", ".css", ".js", ".tmpl":
		return true
	}
	base := path.Base(name)
	return base == "Makefile" || base == "Kbuild" || strings.HasPrefix(text, "#!")
}

// licence is the required licence of a file: kernel modules have the kernel's.
func licence(name string) string {
	module := path.Base(name) == "Kbuild" || slices.Contains([]string{".c", ".h", ".S"}, path.Ext(name))
	if module && strings.HasPrefix(name, "kmods/") {
		return "GPL-2.0"
	}
	return "Apache-2.0"
}

// spdx returns the licence identifier in the first line, or in the line after "#!".
func spdx(text string) string {
	first, rest, _ := strings.Cut(text, "\n")
	if strings.HasPrefix(first, "#!") {
		first, _, _ = strings.Cut(rest, "\n")
	}
	_, id, _ := strings.Cut(first, "SPDX-License-Identifier: ")
	id, _, _ = strings.Cut(strings.TrimSpace(id), " ") // the comment may end on the line
	return id
}

func TestCheck(t *testing.T) {
	const apache, gpl = "// SPDX-License-Identifier: Apache-2.0\n\n", "/* SPDX-License-Identifier: GPL-2.0 */\n"
	body := func(lines int) string { return "func f() {" + strings.Repeat("\n", lines-1) + "}\n" }
	good := map[string]string{
		"LICENSES/Apache-2.0.txt": "", "LICENSES/GPL-2.0.txt": "",
		"a/doc.go": apache + "// Package a is one.\npackage a\n", "a/a.go": apache + "package a\n" + body(programLimits.function),
		"kmods/src/m.c": gpl, "kmods/src/Kbuild": "# SPDX-License-Identifier: GPL-2.0\n",
		"Makefile": "# SPDX-License-Identifier: Apache-2.0\n", ".ci/run": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n",
		"bin/x.go": "", ".cache/x.go": "", "a/testdata/x.go": "", "README.md": "",
	}
	for _, c := range []struct{ name, text, want string }{
		{"README.md", "", ""},
		{"kmods/kmods.go", apache + "package kmods\n", "kmods: no doc.go"},
		{"a/b.go", "package a\n", `a/b.go: SPDX-License-Identifier is "", want "Apache-2.0", at the top`},
		{"a/b.go", "\n" + apache + "package a\n", `a/b.go: SPDX-License-Identifier is "", want "Apache-2.0", at the top`},
		{"kmods/src/m.h", apache, `kmods/src/m.h: SPDX-License-Identifier is "Apache-2.0", want "GPL-2.0", at the top`},
		{".ci/run", "#!/bin/sh\n", `.ci/run: SPDX-License-Identifier is "", want "Apache-2.0", at the top`},
		{"x.yml", "a: 1\n", `x.yml: SPDX-License-Identifier is "", want "Apache-2.0", at the top`},
		{"b/b.go", apache + "package b\n", "b: no doc.go"},
		{"a/doc.go", apache + "package a\n", "a/doc.go: no comment on the package"},
		{"a/a.go", apache + "package a\n" + body(programLimits.function+1), "a/a.go:4: f has 41 lines, more than 40"},
		{"a/a.go", apache + "package a\n" + strings.Repeat("\n", programLimits.file-2), "a/a.go: 271 lines, more than 270"},
		{"a/a.go", apache + "package a\n" + strings.Repeat("\n", programLimits.file-3), ""},
		{"a/a_test.go", apache + "package a\n" + body(testLimits.function), ""},
		{"a/a_test.go", apache + "package a\n" + body(testLimits.function+1), "a/a_test.go:4: f has 61 lines, more than 60"},
		{"a/a_integration_test.go", apache + "package a\nfunc TestA() {}\n", "a/a_integration_test.go:4: TestA does not begin with TestIntegration: make vm-test would not run it"},
		{"a/a_integration_test.go", apache + "package a\nfunc TestIntegrationA() {}\n", ""},
		{"a/a_test.go", apache + "package a\nfunc TestIntegrationA() {}\n", "a/a_test.go:4: TestIntegrationA is not in a file *_integration_test.go: make vm-test may not run it"},
		{"a/a.go", apache + "package\n", "a/a.go:3:9: expected 'IDENT', found 'EOF'"},
	} {
		tree := fstest.MapFS{}
		for name, text := range good {
			tree[name] = &fstest.MapFile{Data: []byte(text)}
		}
		tree[c.name] = &fstest.MapFile{Data: []byte(c.text)}
		got, err := check(tree)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, strings.Join(got, "\n")); d != "" {
			t.Errorf("%s with %.60q (-want +got):\n%s", c.name, c.text, d)
		}
	}
}
