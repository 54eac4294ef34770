// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/vm"
)

// imageOf describes an image, of which there is a file.
func imageOf(t *testing.T, path, program string) *Image {
	t.Helper()
	i, err := OpenImage(path, remote.Machine{Program: program})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// A template of an image is of no use once the image, or klptest, has changed.
func TestImageKey(t *testing.T) {
	dir := t.TempDir()
	disk, other, agent, newer := filepath.Join(dir, "disk.raw"), filepath.Join(dir, "other.raw"), filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for path, text := range map[string]string{disk: "disk", other: "disk", agent: "ELF", newer: "ELF 2"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	first := imageOf(t, disk, agent)
	if again := imageOf(t, disk, agent); again.key != first.key || first.String() != "disk.raw" || !filepath.IsAbs(first.path) {
		t.Errorf("%+v, %+v", first, again)
	}
	keys := map[string]string{first.key: "the first"}
	for what, i := range map[string]func() *Image{
		"another file":    func() *Image { return imageOf(t, other, agent) },
		"another klptest": func() *Image { return imageOf(t, disk, newer) },
		"another time": func() *Image {
			if err := os.Chtimes(disk, time.Time{}, time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
			return imageOf(t, disk, agent)
		},
		"another size": func() *Image {
			if err := errors.Join(os.Truncate(disk, 100), os.Chtimes(disk, time.Time{}, time.Unix(1, 0))); err != nil {
				t.Fatal(err)
			}
			return imageOf(t, disk, agent)
		},
	} {
		key := i().key
		if same := keys[key]; same != "" {
			t.Errorf("%s has the key of %s", what, same)
		}
		keys[key] = what
	}
	if _, err := OpenImage("/nowhere/disk", remote.Machine{Program: agent}); blame.Of(err) != blame.User {
		t.Error(err)
	}
}

// A template without what its machine told is made again.
func TestImageSurvey(t *testing.T) {
	dir, i := t.TempDir(), &Image{path: "/disk.raw"}
	for _, text := range []string{"", "{"} {
		if text != "" {
			if err := os.WriteFile(filepath.Join(dir, surveyFile), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := i.readSurvey(dir); !errors.Is(err, vm.ErrStale) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, surveyFile), []byte(`{"release":"6.1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := i.readSurvey(dir); err != nil || i.Survey().Release != "6.1" {
		t.Errorf("%+v, %v", i.Survey(), err)
	}
}

// A case that asks for little memory gets what a distribution needs.
func TestRoomy(t *testing.T) {
	for asked, want := range map[int]int{128: imageMemory, 2048: 2048} {
		var got shape
		m := maker(func(_ context.Context, s shape) (instance, error) { got = s; return nil, nil })
		if _, err := m.roomy(imageMemory)(t.Context(), shape{2, asked}); err != nil || got != (shape{2, want}) {
			t.Errorf("%d MiB: %+v, %v", asked, got, err)
		}
	}
}

// The spec of an image has no kernel and no arguments of ours.
func TestImageSpec(t *testing.T) {
	r := onBox(t, newBox(t), false)
	r.image = &Image{path: "/disk.raw"}
	r.kernel.Image, r.o.KernelArgs = "/bzImage", []string{"quiet"}
	s := r.spec(shape{2, 1024})
	if s.Kernel != "" || len(s.Append) > 0 || s.Disk != "/disk.raw" || s.CPUs != 2 || s.Memory != 1024 {
		t.Errorf("%+v", s)
	}
}
