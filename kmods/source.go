// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"embed"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Source is a C file. Each NAME.c is a module NAME; NAME.h is a header.
type Source struct {
	Name string
	Data []byte
}

const (
	maxFiles = 32
	maxBytes = 1 << 20
)

// sourceName allows only one dot, which excludes NAME.mod.c, a name that Kbuild
// generates. It also excludes anything that make would expand.
var sourceName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}\.[ch]$`)

//go:embed src/*.c src/*.h
var src embed.FS

// Names returns the modules that klptest ships, sorted.
func Names() []string { return modules(shipped()) }

// shipped returns the embedded sources, sorted by name.
func shipped() []Source {
	entries, err := src.ReadDir("src")
	if err != nil {
		panic(err) // the directory is compiled in
	}
	var files []Source
	for _, e := range entries {
		data, err := src.ReadFile(path.Join("src", e.Name()))
		if err != nil {
			panic(err)
		}
		files = append(files, Source{e.Name(), data})
	}
	return files
}

// headers are the shipped headers that a case's C may include as well.
var headers = []string{"klp_opaque.h", "klp_rela.h"}

// withHeaders adds headers to the files of a case, unless the case has a file of
// that name.
func withHeaders(files []Source) []Source {
	all := slices.Clip(files)
	for _, f := range shipped() {
		if slices.Contains(headers, f.Name) && !slices.ContainsFunc(files, func(own Source) bool { return own.Name == f.Name }) {
			all = append(all, f)
		}
	}
	return all
}

// modules returns the names of the modules that the files build, sorted.
func modules(files []Source) []string {
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name, ".c"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkSources refuses a stranger's files that must not reach Kbuild.
func checkSources(files []Source) error {
	if len(files) > maxFiles {
		return blame.Userf("the case has %d C files; at most %d are allowed", len(files), maxFiles)
	}
	seen := map[string]bool{}
	size := 0
	for _, f := range files {
		if !sourceName.MatchString(f.Name) {
			return blame.Userf("bad file name %q: a C file is called [a-z][a-z0-9_]*.c or .h, with at most 51 characters before the dot", f.Name)
		}
		if seen[f.Name] {
			return blame.Userf("two files are called %s", f.Name)
		}
		seen[f.Name] = true
		size += len(f.Data)
	}
	if size > maxBytes {
		return blame.Userf("the C files of the case have %d bytes in all; at most %d are allowed", size, maxBytes)
	}
	return checkModules(modules(files))
}

func checkModules(names []string) error {
	if len(names) == 0 {
		return blame.Userf("there is no .c file, so no module to build")
	}
	ours := Names()
	for _, name := range names {
		if slices.Contains(ours, name) {
			return blame.Userf("%s.c has the name of a module that klptest ships", name)
		}
	}
	return nil
}
