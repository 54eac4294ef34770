// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fullConfig sets all required and recommended options, and the first of
// alternatives.
func fullConfig() map[string]string {
	config := map[string]string{}
	for _, o := range append(required, recommended...) {
		config[first(o.names)] = first(o.want)
	}
	return config
}

func first(words string) string { return strings.Fields(words)[0] }

func TestRequired(t *testing.T) {
	if m := Required(fullConfig()); m != nil {
		t.Errorf("a full config lacks %v", m)
	}
	for _, o := range required {
		config := fullConfig()
		delete(config, first(o.names))
		if diff := cmp.Diff([]Missing{o.missing()}, Required(config)); diff != "" {
			t.Errorf("without %s: %s", o.names, diff)
		}
	}
}

func TestRequiredAlternatives(t *testing.T) {
	config := fullConfig()
	delete(config, "DYNAMIC_FTRACE_WITH_REGS")
	config["DYNAMIC_FTRACE_WITH_ARGS"] = "y"
	config["VIRTIO_PCI"] = "m"
	if m := Required(config); m != nil {
		t.Errorf("lacks %v", m)
	}
	config["LIVEPATCH"] = "m"
	delete(config, "DYNAMIC_FTRACE_WITH_ARGS")
	config["VIRTIO_PCI"] = "n"
	want := []Missing{
		{"CONFIG_LIVEPATCH", "y", "livepatching is what klptest tests"},
		{"CONFIG_DYNAMIC_FTRACE_WITH_REGS or CONFIG_DYNAMIC_FTRACE_WITH_ARGS", "y", "livepatch redirects functions by ftrace"},
		{"CONFIG_VIRTIO_PCI", "y or m", "the agent's port is a virtio device"},
	}
	if diff := cmp.Diff(want, Required(config)); diff != "" {
		t.Error(diff)
	}
}

func TestRequiredOfImage(t *testing.T) {
	config := map[string]string{}
	for _, o := range ofImage {
		config[first(o.names)] = first(o.want)
	}
	if m := RequiredOfImage(config); m != nil {
		t.Errorf("a full config lacks %v", m)
	}
	config["EXT4_FS"], config["VIRTIO_BLK"] = "m", "m"
	want := []Missing{
		{"CONFIG_VIRTIO_BLK", "y", "the disk is a virtio device"},
		{"CONFIG_EXT4_FS or CONFIG_XFS_FS or CONFIG_BTRFS_FS", "y", "the root file system is on the disk"},
	}
	if diff := cmp.Diff(want, RequiredOfImage(config)); diff != "" {
		t.Error(diff)
	}
}

func TestRecommended(t *testing.T) {
	config := fullConfig()
	delete(config, "PVH")
	if m := Recommended(config); len(m) != 1 || m[0].Option != "CONFIG_PVH" {
		t.Errorf("got %v", m)
	}
}
