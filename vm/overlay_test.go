// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/vm/vmtest"
)

// qcow2Head returns the beginning of an image of a disk of that size.
func qcow2Head(size int64) []byte {
	head := append([]byte(qcow2Magic), make([]byte, headerLength-len(qcow2Magic))...)
	binary.BigEndian.PutUint64(head[qcow2SizeAt:], uint64(size))
	return head
}

func imageFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenDiskImage(t *testing.T) {
	for name, tc := range map[string]struct {
		data   []byte
		format string
		size   int64
	}{
		"qcow2":           {qcow2Head(3 << 30), "qcow2", 3 << 30},
		"raw":             {make([]byte, 1024), "raw", 1024},
		"half a sector":   {make([]byte, 1000), "raw", 1024},
		"empty":           {nil, "raw", 0},
		"too short qcow2": {[]byte(qcow2Magic), "raw", 512},
	} {
		path := imageFile(t, "disk", tc.data)
		if d, err := openDiskImage(path); err != nil || d != (diskImage{path, tc.format, tc.size}) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// TestOverlay checks overlays with qemu-img, where that is installed.
func TestOverlay(t *testing.T) {
	path := imageFile(t, "a disk, raw", make([]byte, 1<<20))
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Fatal(err)
	}
	base, err := openDiskImage(path)
	if err != nil {
		t.Fatal(err)
	}
	data, err := base.overlay()
	if err != nil {
		t.Fatal(err)
	}
	over := imageFile(t, "overlay", data)
	tool, err := exec.LookPath("qemu-img")
	if err != nil {
		t.Skip("there is no qemu-img")
	}
	if out, err := exec.Command(tool, "check", over).CombinedOutput(); err != nil || !strings.Contains(string(out), "No errors were found") {
		t.Errorf("%v: %s", err, out)
	}
	out, err := exec.Command(tool, "info", "--output=json", over).Output()
	var info struct {
		Format  string `json:"format"`
		Size    int64  `json:"virtual-size"`
		Backing string `json:"full-backing-filename"`
		Kind    string `json:"backing-filename-format"`
	}
	if err == nil {
		err = json.Unmarshal(out, &info)
	}
	if err != nil || info.Format != "qcow2" || info.Size != 1<<40 || info.Backing != path || info.Kind != "raw" {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestOverlaysThatCannotBe(t *testing.T) {
	for _, d := range []diskImage{{"/x", "raw", 0}, {"/x", "qcow2", -1}, {"/x", "qcow2", 1 << 62}, {"/x", "qcow2", math.MaxInt64}, {"/x", "qcow2", maxDisk + 1}, {strings.Repeat("/x", 600), "raw", 512}} {
		if data, err := d.overlay(); blame.Of(err) != blame.User || data != nil {
			t.Errorf("%.20s, %d bytes: %v", d.path, d.size, err)
		}
	}
	if data, err := (diskImage{"/x", "qcow2", maxDisk}).overlay(); err != nil || len(data) > maxL1+4*clusterSize {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// TestTemplateWithDisk checks that the template of a machine with a disk has its
// overlay, and that damage to it is found.
func TestTemplateWithDisk(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	spec.Disk = imageFile(t, "disk", qcow2Head(1<<30))
	snapshot(t, spec)
	data := readFile(t, filepath.Join(spec.Template, diskFile))
	if !strings.HasPrefix(string(data), qcow2Magic) || !strings.Contains(string(data), spec.Disk) {
		t.Errorf("%d bytes of a disk", len(data))
	}
	tmpl := opened(t, spec)
	if err := cloned(t, tmpl).Close(); err != nil {
		t.Error(err)
	}
	if err := tmpl.Close(); err != nil || tmpl.Close() != nil {
		t.Error(err)
	}
	for what, damage := range damages {
		t.Run(what, func(t *testing.T) {
			dir := copyTemplate(t, spec.Template)
			damage(t, filepath.Join(dir, diskFile))
			stale(t, dir, spec, "key")
		})
	}
}

func TestTemplateOfNoDisk(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	spec.Disk = imageFile(t, "disk", nil)
	if v, err := Start(t.Context(), spec); err == nil || !strings.Contains(err.Error(), "is empty: it is not a disk image") {
		t.Errorf("%v, %v", v, err)
	}
	if left := list(t, spec.Template); len(left) > 0 {
		t.Errorf("%q is left", left)
	}
}

// TestCrashOfCloneWithDisk tests clones in which a crash shows with and without a
// facility. The disk's own kernel prints none. A kernel that boots the disk in its
// place has our arguments.
func TestCrashOfCloneWithDisk(t *testing.T) {
	for _, c := range []struct{ disk, kernel bool }{{true, false}, {true, true}, {false, true}} {
		spec := templateSpec(t, vmtest.Script{Steps: []vmtest.Step{{Print: "[    1.000000] Kernel panic - not syncing: sysrq triggered crash\n"}}})
		if c.disk {
			spec.Disk = imageFile(t, "disk", qcow2Head(1<<30))
		}
		if !c.kernel {
			spec.Kernel = ""
		}
		snapshot(t, spec)
		v := cloned(t, opened(t, spec))
		<-v.Console().Alive()
		if err := v.Close(); err != nil {
			t.Error(err)
		}
		if got := v.Console().Crash() != ""; got == c.kernel {
			t.Errorf("%+v: a crash: %v", c, got)
		}
	}
}
