// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
)

const (
	notesEnding = ".gcno"
	dataEnding  = ".gcda"

	maxNotes  = 8 << 20 // bytes of one file
	maxSource = 4 << 20
)

// ErrNone is in the error of a kernel that counts nothing.
var ErrNone = errors.New("the kernel does not count which lines it runs")

// Kernel is a kernel that counts.
type Kernel struct {
	tool  tool
	dir   string   // has copies of the notes, since a build may replace them
	names []string // of the source files that are counted
	none  []File   // all lines and branches, none of which was run

	mu sync.Mutex // guards gcov's files in dir
}

// Open reads the notes in a kernel's build directory, for the sources that match
// patterns such as "kernel/livepatch/*.c". major is the version of gcc that has built
// the kernel. dir is an empty directory for its use. The error for a kernel without
// notes is [ErrNone].
func Open(ctx context.Context, build string, patterns []string, major int, dir string) (*Kernel, error) {
	k := &Kernel{dir: dir}
	for _, p := range patterns {
		found, err := filepath.Glob(filepath.Join(build, strings.TrimSuffix(p, ".c")+notesEnding))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			if err := k.copyNotes(build, path); err != nil {
				return nil, err
			}
		}
	}
	if len(k.names) == 0 {
		return nil, ErrNone
	}
	slices.Sort(k.names)
	k.names = slices.Compact(k.names)
	program, err := findTool(ctx, major)
	if err != nil {
		return nil, err
	}
	k.tool = tool(program)
	return k, k.readSources(ctx)
}

func (k *Kernel) copyNotes(build, path string) error {
	name, err := filepath.Rel(build, strings.TrimSuffix(path, notesEnding))
	if err != nil {
		return err
	}
	data, err := readFile(path, maxNotes)
	if err != nil {
		return blame.Unreadable(path, err)
	}
	k.names = append(k.names, name+".c")
	if err := os.MkdirAll(filepath.Join(k.dir, filepath.Dir(name)), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(k.dir, name+notesEnding), data, 0o600)
}

// readSources learns from the notes which lines there are, and reads their text.
func (k *Kernel) readSources(ctx context.Context) error {
	all, err := k.report(ctx, notesEnding)
	if err != nil {
		return err
	}
	for i, f := range all.files {
		text, err := readFile(all.paths[f.Name], maxSource)
		if errors.Is(err, fs.ErrNotExist) {
			continue // what was counted can be shown without it
		}
		if err != nil {
			return blame.Unreadable(all.paths[f.Name], err)
		}
		all.files[i].Source = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	}
	k.none = all.files
	return nil
}

func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded.ReadAll(f, most)
}

// Objects returns the ends of the paths of a guest's counter files.
func (k *Kernel) Objects() []string {
	objects := make([]string, len(k.names))
	for i, name := range k.names {
		objects[i] = objectOf(name) + dataEnding
	}
	return objects
}

// SourceOf returns the source file of one of the Objects.
func SourceOf(object string) string { return strings.TrimSuffix(object, dataEnding) + ".c" }

func objectOf(source string) string { return strings.TrimSuffix(source, ".c") }

// Lines returns all lines of the sources, with their counts.
func (k *Kernel) Lines(ctx context.Context, c Counters) ([]File, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, name := range k.names {
		data, ok := c[name]
		if !ok {
			return nil, blame.Rigf("the guest does not count %s", name)
		}
		if err := os.WriteFile(filepath.Join(k.dir, objectOf(name)+dataEnding), data.Bytes(), 0o600); err != nil {
			return nil, err
		}
	}
	ran, err := k.report(ctx, dataEnding)
	if err != nil {
		return nil, err
	}
	if len(ran.files) != len(k.none) {
		return nil, blame.Rigf("the counters are not of the kernel's build: %d source files, not %d", len(ran.files), len(k.none))
	}
	for i := range ran.files {
		ran.files[i].Source = k.none[i].Source
	}
	return ran.files, nil
}

// report runs gcov on all files with that ending.
func (k *Kernel) report(ctx context.Context, ending string) (parsed, error) {
	args := []string{"--json-format", "--stdout", "--branch-probabilities"}
	for _, name := range k.names {
		args = append(args, objectOf(name)+ending)
	}
	text, err := k.tool.in(ctx, k.dir, maxReport, args...)
	if err != nil {
		return parsed{}, err
	}
	p, err := parseReport(bytes.NewReader(text), k.names)
	if err != nil {
		return p, blame.Rigf("gcov's report: %w", err)
	}
	return p, nil
}

// ParseAll parses the counters of a guest, by the names of Objects.
func ParseAll(raw map[string][]byte) (Counters, error) {
	c := Counters{}
	for _, object := range slices.Sorted(maps.Keys(raw)) {
		data, err := ParseData(raw[object])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", object, err)
		}
		c[SourceOf(object)] = data
	}
	return c, nil
}
