// SPDX-License-Identifier: Apache-2.0

package dotconfig

import (
	"bytes"
	"compress/gzip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/filetest"
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

func TestParse(t *testing.T) {
	got, err := parse(strings.NewReader(sampleConfig))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"CC_VERSION_TEXT": `gcc-12 (Debian "12") \o/`, "LIVEPATCH": "y", "VIRTIO_NET": "m", "HZ": "250", "EMPTY": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"LIVEPATCH=y", "CONFIG_A=y\nnonsense", "\x7fELF\x02", strings.Repeat("CONFIG_A=y\n", 1<<20)} {
		if got, err := parse(strings.NewReader(text)); err == nil {
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
	filetest.Put(t, path, packed.String())
	config, err := Read(path)
	if err != nil || config["LIVEPATCH"] != "y" {
		t.Errorf("%v, %v", config, err)
	}
	filetest.Put(t, path, "no gzip")
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sampleConfig)
	f.Add("CONFIG_A=\"")
	f.Fuzz(func(t *testing.T, text string) {
		config, err := parse(strings.NewReader(text))
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
