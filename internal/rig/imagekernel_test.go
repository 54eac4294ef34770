// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
)

// TestImageSpecWithKernel: a kernel that replaces the image's own gets arguments, and the
// user's come last.
func TestImageSpecWithKernel(t *testing.T) {
	r := onBox(t, newBox(t), false)
	r.kernel = &images.Kernel{Name: "6.12", Image: "/vmlinux", Config: map[string]string{"KASAN": "y"}}
	r.image = &Image{path: "/disk.raw", kernel: r.kernel}
	r.o.KernelArgs, r.o.Memory = []string{"root=/dev/vda2"}, ImageMemory
	s := r.spec(r.shape())
	line := strings.Join(s.Append, " ")
	if s.Kernel != "/vmlinux" || s.Disk != "/disk.raw" || !strings.HasPrefix(line, "root=/dev/vda1 rw ") || !strings.Contains(line, " root=/dev/vda2") || !strings.Contains(line, "kasan_multi_shot") {
		t.Errorf("%+v", s)
	}
}

// TestImageKernelKey: a template of an image is for one kernel only,
// another one or its own.
func TestImageKernelKey(t *testing.T) {
	keys := map[string]bool{}
	for _, k := range []*images.Kernel{nil, {Key: "package 1"}, {Key: "package 2"}} {
		key, err := (&Image{kernel: k}).kernelKey()
		if err != nil || keys[key] {
			t.Errorf("%+v: %q, %v", k, key, err)
		}
		keys[key] = true
	}
	if _, err := (&Image{kernel: &images.Kernel{Image: "/nowhere"}}).kernelKey(); err == nil {
		t.Error("a kernel that is not there has a key")
	}
}

// TestImageBoot: a kernel that has required options only as modules is rejected; a
// kernel with unknown options is tried.
func TestImageBoot(t *testing.T) {
	i := &Image{path: "/disk.raw"}
	for _, c := range []struct {
		config map[string]string
		want   string
	}{
		{nil, ""},
		{map[string]string{"VIRTIO_PCI": "y", "VIRTIO_BLK": "m"}, "debian:6.12 cannot boot disk.raw: CONFIG_VIRTIO_BLK and 13 other options are not built in"},
	} {
		err := i.Boot(&images.Kernel{Name: "debian:6.12", Config: c.config})
		if (err == nil) != (c.want == "") || err != nil && (blame.Of(err) != blame.User || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v", c.config, err)
		}
	}
}

func TestRootless(t *testing.T) {
	for crash, want := range map[string]bool{
		"Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(254,2)": true,
		"Kernel panic - not syncing: No working init found.  Try passing init= option":     true,
		"Kernel panic - not syncing: sysrq triggered crash":                                false,
		"": false,
	} {
		if rootless(crash) != want {
			t.Errorf("%q: %v", crash, !want)
		}
	}
}
