// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/vm/vmtest"
)

// templateSpec returns a fake guest that can become a template.
func templateSpec(t *testing.T, script vmtest.Script) Spec {
	t.Helper()
	keys := newKeys(t)
	script.Keys = guest.KeyFiles(keys.HostKey(), keys.AuthorizedKey())
	spec := fakeSpec(t, script)
	spec.Keys, spec.Template, spec.Memory = keys, t.TempDir(), 64
	return spec
}

// snapshot makes a template of a fake guest.
func snapshot(t *testing.T, spec Spec) {
	t.Helper()
	if err := started(t, spec).Snapshot(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, spec Spec) *Template {
	t.Helper()
	tmpl, err := OpenTemplate(spec.Template, spec, "key")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tmpl.Close() })
	return tmpl
}

// list returns the names of the files in a directory.
func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestTemplateFiles checks which files there are, who may read them, and that
// none says where it was made.
func TestTemplateFiles(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	if diff := cmp.Diff([]string{manifestFile, memoryFile, stateFile}, list(t, spec.Template)); diff != "" {
		t.Error(diff)
	}
	for _, name := range list(t, spec.Template) {
		path := filepath.Join(spec.Template, name)
		info, err := os.Stat(path)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
		if text := string(readFile(t, path)); strings.Contains(text, filepath.Dir(spec.Template)) {
			t.Errorf("%s holds its own path", name)
		}
	}
	memory := readFile(t, filepath.Join(spec.Template, memoryFile))
	if len(memory) != 64<<20 || string(memory[vmtest.MemoryOffset:][:len(vmtest.Memory)]) != vmtest.Memory {
		t.Errorf("%d bytes of memory without the guest's", len(memory))
	}
	if state := string(readFile(t, filepath.Join(spec.Template, stateFile))); state != vmtest.DeviceState {
		t.Errorf("state %q", state)
	}
}

// TestTemplateMoves checks that a template can be renamed, and removed while it
// is in use.
func TestTemplateMoves(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	final := filepath.Join(t.TempDir(), "with, a comma")
	if err := os.Rename(spec.Template, final); err != nil {
		t.Fatal(err)
	}
	spec.Template, spec.Kernel, spec.Initrd, spec.Keys = final, "/gone", "/gone", nil
	tmpl := opened(t, spec)
	if err := os.RemoveAll(final); err != nil {
		t.Fatal(err)
	}
	v := cloned(t, tmpl)
	if err := tmpl.Close(); err != nil {
		t.Error(err)
	}
	client, err := v.SSH(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if out := runSSH(t, client, "hello"); out != "hello" {
		t.Errorf("answer %q", out)
	}
}

// damages are the ways in which a file can be damaged.
var damages = map[string]func(t *testing.T, path string){
	"deleted": func(t *testing.T, path string) { os.Remove(path) },
	"empty":   func(t *testing.T, path string) { os.Truncate(path, 0) },
	"short": func(t *testing.T, path string) {
		info, _ := os.Stat(path)
		os.Truncate(path, info.Size()-1)
	},
	"long": func(t *testing.T, path string) {
		info, _ := os.Stat(path)
		os.Truncate(path, info.Size()+4096)
	},
	"first byte": func(t *testing.T, path string) { flip(t, path, 0) },
	"last byte": func(t *testing.T, path string) {
		info, _ := os.Stat(path)
		flip(t, path, info.Size()-1)
	},
	"a directory": func(t *testing.T, path string) { os.Remove(path); os.Mkdir(path, 0o700) },
}

func flip(t *testing.T, path string, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// copyTemplate returns a copy that can be damaged.
func copyTemplate(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range list(t, from) {
		copyFile(t, filepath.Join(from, name), filepath.Join(to, name))
	}
	return to
}

// copyFile copies a file and its holes.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "--sparse=always", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// stale checks that a template is found to be stale.
func stale(t *testing.T, dir string, spec Spec, key string) {
	t.Helper()
	tmpl, err := OpenTemplate(dir, spec, key)
	if err == nil {
		tmpl.Close()
		t.Fatal("it is taken for whole")
	}
	if !errors.Is(err, ErrStale) || errors.Is(err, ErrNoPlace) || blame.Of(err) != blame.Rig || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
}

func TestDamageIsFound(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	before := openFiles(t)
	for _, name := range []string{memoryFile, stateFile, manifestFile} {
		for what, damage := range damages {
			t.Run(name+" "+what, func(t *testing.T) {
				dir := copyTemplate(t, spec.Template)
				damage(t, filepath.Join(dir, name))
				stale(t, dir, spec, "key")
			})
		}
	}
	t.Run("a byte of the data", func(t *testing.T) {
		dir := copyTemplate(t, spec.Template)
		flip(t, filepath.Join(dir, memoryFile), vmtest.MemoryOffset+3)
		stale(t, dir, spec, "key")
	})
	if now := openFiles(t); len(now) > len(before) {
		t.Errorf("descriptors before and now:\n%v\n%v", before, now)
	}
}

// TestMixedTemplatesAreFound mixes files of two templates of the same machine.
func TestMixedTemplatesAreFound(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	other := spec
	other.Template = t.TempDir()
	v := started(t, other)
	if _, err := v.draft.memory.WriteAt([]byte("another"), 0); err != nil {
		t.Fatal(err)
	}
	if err := v.Snapshot(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	opened(t, other)
	for _, name := range []string{memoryFile, manifestFile} {
		dir := copyTemplate(t, spec.Template)
		copyFile(t, filepath.Join(other.Template, name), filepath.Join(dir, name))
		stale(t, dir, spec, "key")
	}
}

func TestTemplateOfAnotherMachine(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	stale(t, spec.Template, spec, "another key")
	more := spec
	more.CPUs = 2
	stale(t, spec.Template, more, "key")
	if err := os.Chtimes(spec.QEMU, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	stale(t, spec.Template, spec, "key")
	if err := os.Remove(spec.QEMU); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenTemplate(spec.Template, spec, "key"); err == nil || errors.Is(err, ErrStale) {
		t.Errorf("without QEMU: %v", err)
	}
}

// TestOpenTemplateWritesNothing checks that templates never change.
func TestOpenTemplateWritesNothing(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	pristine := copyTemplate(t, spec.Template)
	tmpl := opened(t, spec)
	for range 2 {
		if err := cloned(t, tmpl).Close(); err != nil {
			t.Error(err)
		}
	}
	for _, name := range list(t, pristine) {
		if string(readFile(t, filepath.Join(pristine, name))) != string(readFile(t, filepath.Join(spec.Template, name))) {
			t.Errorf("%s has changed", name)
		}
	}
}
