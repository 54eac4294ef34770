// SPDX-License-Identifier: Apache-2.0

package matrix

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/strictyaml"
)

// Matrix is the content of a file.
type Matrix struct {
	Kernels []Kernel
	Sets    []Set
	Options []Option
}

// Kernel is a kernel under test.
type Kernel struct {
	Name  string // empty in a file: Spec is used
	Spec  string // as --kernel takes it
	Debug bool   // it is a source tree, and built with debugging options
}

// Set is a set of cases.
type Set struct {
	Name    string
	Select  []string // as klptest run takes them; empty: all shipped ones
	Exclude []string // patterns
	Covers  []string // rules
}

// Option is how the cases run.
type Option struct {
	Name  string
	Words []string // flags of klptest run
	Line  int      // of the file
}

// maxFile bounds the memory that reading a file takes, and maxItems the length of each
// list.
const (
	maxFile  = 1 << 20
	maxItems = 1000
)

var keys = map[string]strictyaml.Setter[Matrix]{
	"kernels": func(m *Matrix, n *yaml.Node) error { return items(n, &m.Kernels, readKernel) },
	"cases":   func(m *Matrix, n *yaml.Node) error { return items(n, &m.Sets, readSet) },
	"options": func(m *Matrix, n *yaml.Node) error { return items(n, &m.Options, readOption) },
}

var kernelKeys = map[string]strictyaml.Setter[Kernel]{
	"name":   func(k *Kernel, n *yaml.Node) (err error) { k.Name, err = name(n); return err },
	"kernel": func(k *Kernel, n *yaml.Node) (err error) { k.Spec, err = strictyaml.Text(n); return err },
	"debug":  func(k *Kernel, n *yaml.Node) (err error) { k.Debug, err = strictyaml.Truth(n); return err },
}

var setKeys = map[string]strictyaml.Setter[Set]{
	"name":    func(s *Set, n *yaml.Node) (err error) { s.Name, err = name(n); return err },
	"select":  func(s *Set, n *yaml.Node) (err error) { s.Select, err = strictyaml.Texts(n); return err },
	"exclude": func(s *Set, n *yaml.Node) (err error) { s.Exclude, err = strictyaml.Texts(n); return err },
	"covers":  func(s *Set, n *yaml.Node) (err error) { s.Covers, err = strictyaml.Texts(n); return err },
}

// flags are the keys of an option that are flags of klptest run. Flags that depend on the
// host, such as --qemu, are not among them: they belong on each host's command line.
var flags = map[string]func(*yaml.Node) ([]string, error){
	"accel": strictyaml.Texts, "confirm": strictyaml.Texts, "cpus": strictyaml.Texts, "memory": strictyaml.Texts, "repeat": strictyaml.Texts,
	"shuffle": strictyaml.Texts, "ignore": strictyaml.Texts, "kernel-args": strictyaml.Texts,
	"fresh": switched, "host-time": switched, "one-vm": switched, "pristine": switched, "no-pool": switched, "strict": switched,
}

// switched reads a flag without a value.
func switched(n *yaml.Node) ([]string, error) {
	on, err := strictyaml.Truth(n)
	if err != nil || !on {
		return nil, err
	}
	return []string{""}, nil
}

var optionKeys = func() map[string]strictyaml.Setter[Option] {
	keys := map[string]strictyaml.Setter[Option]{"name": func(o *Option, n *yaml.Node) (err error) { o.Name, err = name(n); return err }}
	for flag, values := range flags {
		keys[flag] = func(o *Option, n *yaml.Node) error {
			list, err := values(n)
			for _, value := range list {
				if o.Words = append(o.Words, "--"+flag); value != "" {
					o.Words = append(o.Words, value)
				}
			}
			return err
		}
	}
	return keys
}()

// Read reads a file for [Parse].
func Read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, blame.Unreadable(file, err)
	}
	defer f.Close()
	data, err := bounded.ReadAll(f, maxFile)
	if errors.Is(err, bounded.ErrTooLong) {
		return nil, blame.Userf("%s is larger than %d MB", file, maxFile>>20)
	}
	if err != nil {
		return nil, blame.Unreadable(file, err) // a directory can be opened
	}
	return data, nil
}

// Parse reads the text of a file. Paths in it that begin with ./ or ../ are relative to the
// file. An error is the user's, and begins with the file and, where it has one, the
// line.
func Parse(file string, data []byte) (Matrix, error) {
	var m Matrix
	if err := strictyaml.Parse(file, data, &m, keys); err != nil {
		return Matrix{}, err
	}
	dir := filepath.Dir(file)
	for i := range m.Kernels {
		m.Kernels[i].Spec = from(dir, m.Kernels[i].Spec)
	}
	for i := range m.Sets {
		for j, word := range m.Sets[i].Select {
			if cases.IsFile(word) {
				m.Sets[i].Select[j] = from(dir, word)
			}
		}
	}
	return m, m.check(file)
}

// from resolves a path relative to the file's directory.
func from(dir, path string) string {
	if strings.HasPrefix(path, "./") || strings.HasPrefix(path, "../") {
		if path = filepath.Join(dir, path); !filepath.IsAbs(path) && !strings.HasPrefix(path, "../") {
			path = "./" + path
		}
	}
	return path
}

// name reads a name for use in results.
func name(n *yaml.Node) (string, error) {
	text, err := strictyaml.Text(n)
	if err == nil && (len(text) > 100 || printable.Line(text) != text || strings.Contains(text, "/")) {
		err = strictyaml.At(n, "a name has at most 100 characters, and no slash")
	}
	return text, err
}

// items reads a list.
func items[T any](n *yaml.Node, to *[]T, read func(*yaml.Node) (T, error)) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return strictyaml.At(n, "a list should be here: - …")
	}
	if len(n.Content) > maxItems {
		return strictyaml.At(n, "more than %d items", maxItems)
	}
	for _, item := range n.Content {
		one, err := read(item)
		if err != nil {
			return err
		}
		*to = append(*to, one)
	}
	return nil
}

// readKernel reads a kernel: its text alone, or a mapping.
func readKernel(n *yaml.Node) (k Kernel, err error) {
	if n.Kind == yaml.ScalarNode {
		k.Spec, err = strictyaml.Text(n)
	} else {
		err = strictyaml.Fill(&k, n, kernelKeys)
	}
	if err == nil && k.Spec == "" {
		err = strictyaml.At(n, "a kernel has a key kernel: what --kernel takes")
	}
	if k.Name == "" {
		k.Name = k.Spec
	}
	return k, err
}

func readSet(n *yaml.Node) (s Set, err error) {
	if err = strictyaml.Fill(&s, n, setKeys); err == nil && s.Name == "" {
		err = strictyaml.At(n, "a set of cases has a name")
	}
	return s, err
}

func readOption(n *yaml.Node) (o Option, err error) {
	o.Line = n.Line
	if err = strictyaml.Fill(&o, n, optionKeys); err == nil && o.Name == "" {
		err = strictyaml.At(n, "options have a name")
	}
	return o, err
}
