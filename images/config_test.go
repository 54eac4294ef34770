// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"compress/gzip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sampleConfig = `#
# Linux/x86 6.12.117 Kernel Configuration
#
CONFIG_CC_VERSION_TEXT="gcc-12 (Debian \"12\") \\o/"
CONFIG_LIVEPATCH=y
CONFIG_VIRTIO_NET=m
# CONFIG_TEST_LIVEPATCH is not set
CONFIG_HZ=250

CONFIG_EMPTY=""
`

func TestParseConfig(t *testing.T) {
	got, err := parseConfig(strings.NewReader(sampleConfig))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"CC_VERSION_TEXT": `gcc-12 (Debian "12") \o/`, "LIVEPATCH": "y", "VIRTIO_NET": "m", "HZ": "250", "EMPTY": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for _, text := range []string{"LIVEPATCH=y", "CONFIG_A=y\nnonsense", "\x7fELF\x02", strings.Repeat("CONFIG_A=y\n", 1<<20)} {
		if got, err := parseConfig(strings.NewReader(text)); err == nil {
			t.Errorf("%.20q is read as %v", text, got)
		}
	}
}

func TestReadConfigOfTheRunningKernel(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(sampleConfig)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config.gz")
	put(t, path, packed.String())
	config, err := readConfig(path)
	if err != nil || config["LIVEPATCH"] != "y" {
		t.Errorf("%v, %v", config, err)
	}
	put(t, path, "no gzip")
	if _, err := readConfig(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

// fullConfig has all that is required, the first of alternatives.
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
	config["VIRTIO_NET"] = "m"
	if m := Required(config); m != nil {
		t.Errorf("lacks %v", m)
	}
	config["LIVEPATCH"] = "m"
	delete(config, "DYNAMIC_FTRACE_WITH_ARGS")
	config["VIRTIO_PCI"] = "n"
	want := []Missing{
		{"CONFIG_LIVEPATCH", "y", "it is what is tested"},
		{"CONFIG_DYNAMIC_FTRACE_WITH_REGS or CONFIG_DYNAMIC_FTRACE_WITH_ARGS", "y", "livepatch redirects functions by ftrace"},
		{"CONFIG_VIRTIO_PCI", "y or m", "the guest's network card is a virtio device"},
	}
	if diff := cmp.Diff(want, Required(config)); diff != "" {
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

func TestKernelWithoutLivepatch(t *testing.T) {
	k := &Kernel{Name: "6.12.0-x", Config: map[string]string{"MODULES": "y"}}
	wantUserError(t, refuseWithoutLivepatch(k), "6.12.0-x is built without CONFIG_LIVEPATCH")
	k.Config = nil
	if err := refuseWithoutLivepatch(k); err != nil {
		t.Errorf("nothing is known of it: %v", err)
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add(sampleConfig)
	f.Add("CONFIG_A=\"")
	f.Fuzz(func(t *testing.T, text string) {
		config, err := parseConfig(strings.NewReader(text))
		if err != nil {
			return
		}
		for name := range config {
			if name == "" || strings.ContainsAny(name, "= \n") {
				t.Errorf("option %q", name)
			}
		}
	})
}
