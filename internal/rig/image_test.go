// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/vm"
)

// imageOf describes an image whose file exists.
func imageOf(t *testing.T, path, program string) *Image {
	t.Helper()
	i, err := OpenImage(path, remote.Machine{Program: program, Options: remote.Options{Target: remote.Target{User: "me"}}})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// TestImageKey: the template of an image is unusable once the image or klptest has changed.
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
	if name := first.reach.Target.String(); name != "me@disk.raw" {
		t.Errorf("a message would call it %s", name)
	}
	keys := map[string]string{first.key: "the first"}
	for _, c := range []struct {
		what, path, program string
		change              func() error
	}{
		{"another file", other, agent, func() error { return nil }},
		{"another klptest", disk, newer, func() error { return nil }},
		{"another time", disk, agent, func() error { return os.Chtimes(disk, time.Time{}, time.Unix(1, 0)) }},
		{"another size", disk, agent, func() error {
			return errors.Join(os.Truncate(disk, 100), os.Chtimes(disk, time.Time{}, time.Unix(1, 0)))
		}},
	} {
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		key := imageOf(t, c.path, c.program).key
		if same := keys[key]; same != "" {
			t.Errorf("%s has the key of %s", c.what, same)
		}
		keys[key] = c.what
	}
	if _, err := OpenImage("/nowhere/disk", remote.Machine{Program: agent}); blame.Of(err) != blame.User {
		t.Error(err)
	}
}

// TestImageOfNoDisk checks that a file which is no disk image is refused before anything
// is done for its guests.
func TestImageOfNoDisk(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.raw")
	filetest.Put(t, empty, "")
	for path, want := range map[string]string{empty: "empty.raw is empty: it is not a disk image", dir: "is not a regular file"} {
		if _, err := OpenImage(path, remote.Machine{Program: "/nowhere"}); err == nil || blame.Of(err) != blame.User || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestImageInUse(t *testing.T) {
	qemu := &blame.Error{Summary: "QEMU ended", Tail: "qemu: -device x: " + locked + "\nIs another process using the image?"}
	var none *Image
	if err := none.busy(qemu); err != error(qemu) {
		t.Error(err)
	}
	i := &Image{path: "/disk.raw"}
	other := &blame.Error{Summary: "QEMU ended", Tail: "no memory"}
	if err := i.busy(other); err != error(other) {
		t.Error(err)
	}
	if err := i.busy(qemu); blame.Of(err) != blame.User || !strings.Contains(err.Error(), "disk.raw is in use") {
		t.Error(err)
	}
}

// TestImageSurvey: a template without a survey is made again.
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

// TestImageSpec: the spec of an image has no kernel and none of our arguments.
func TestImageSpec(t *testing.T) {
	r := onBox(t, newBox(t), false)
	r.image = &Image{path: "/disk.raw"}
	r.kernel.Image, r.o.KernelArgs, r.o.Memory = "/bzImage", []string{"quiet"}, ImageMemory
	for asked, want := range map[int]int{128: ImageMemory, 2048: 2048} { // a case may ask for little
		s := r.spec(shape{2, asked})
		if s.Kernel != "" || len(s.Append) > 0 || s.Disk != "/disk.raw" || s.CPUs != 2 || s.Memory != want {
			t.Errorf("%d MiB: %+v", asked, s)
		}
	}
}

// TestTargetInside: headers in an image are unknown to the catalogue.
func TestTargetInside(t *testing.T) {
	r := &Rig{kernel: &images.Kernel{Name: "disk.raw", KDir: headersDir("6.1"), Release: "6.1", Key: "key"}}
	r.place = &inside{rig: r}
	if target := r.target(); target.Mend != nil || target.Live || target.Place != r.place || target.KDir != "/lib/modules/6.1/build" || target.Key != "key" {
		t.Errorf("%+v", target)
	}
}
