// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/filetest"
)

func TestKernelID(t *testing.T) {
	tree := imagestest.BuildTree(t)
	image := filepath.Join(tree, "vmlinux")
	id := func(k images.Kernel) string {
		t.Helper()
		id, err := KernelID(&k)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	live := images.Kernel{Spec: tree, Name: "6.12", Image: image}
	before := id(live)
	filetest.Put(t, image, imagestest.PVHKernel())
	if again := id(live); before == "" || again != before {
		t.Errorf("the same kernel, built again: %s, before %s", again, before)
	}
	filetest.Put(t, image, imagestest.PVHKernel()+"changed")
	if after := id(live); after == before {
		t.Error("a changed kernel has the same ID")
	}
	if got := id(images.Kernel{Spec: tree, Key: "rpm-1"}); got != "rpm-1" {
		t.Errorf("packages at a path: %q", got)
	}
	if got := id(images.Kernel{Spec: "debian:6.12", Key: "debian-6.12.117"}); got != "" {
		t.Errorf("a distribution's kernel: %q", got)
	}
}
