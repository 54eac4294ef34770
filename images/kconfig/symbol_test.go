// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

const someKconfig = `
config OTHER
	bool "Other"
	select FORCED if X86

menu "Debugging"
	depends on EXPERT

if DEBUG_KERNEL

config KASAN
	bool "KASAN"
	depends on HAVE_ARCH_KASAN && !SLUB_TINY
	help
	  depends on NOTHING
	  config NOTHING

endif

config FORCED
	bool "Forced"

config INTERNAL
	bool

endmenu

config OUTSIDE
	bool "Outside"
	depends on INSIDE
`

func TestLostOptionSaysWhatItNeeds(t *testing.T) {
	source := t.TempDir()
	filetest.Put(t, source+"/lib/Kconfig.debug", someKconfig)
	filetest.Put(t, source+"/arch/arm/Kconfig", "config KASAN\n\tdepends on ARM\n")
	config := map[string]string{"OTHER": "y", "HAVE_ARCH_KASAN": "y", "DEBUG_KERNEL": "y"}
	for name, want := range map[string]string{
		"KASAN":    "it depends on EXPERT; DEBUG_KERNEL; HAVE_ARCH_KASAN && !SLUB_TINY; here EXPERT=n DEBUG_KERNEL=y HAVE_ARCH_KASAN=y SLUB_TINY=n",
		"FORCED":   "CONFIG_OTHER selects it; it depends on EXPERT; here EXPERT=n",
		"OUTSIDE":  "it depends on INSIDE; here INSIDE=n",
		"INTERNAL": "it depends on EXPERT; here EXPERT=n",
		"NOTHING":  "this kernel has no such option",
	} {
		wanted := Settings{{name: name, value: "y"}}
		symbols, err := findSymbols(source, wanted)
		if err != nil {
			t.Fatal(err)
		}
		if got := symbols[name].needs(config); got != want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	f.Add(someKconfig)
	f.Add("endif\nendmenu\nmenu\ndepends on A\nendmenu\ndepends on B\nconfig KASAN\nif")
	f.Fuzz(func(t *testing.T, text string) {
		symbols := map[string]*symbol{"KASAN": {}}
		_ = readFile(strings.NewReader(text), symbols) // a line may be too long
		_ = symbols["KASAN"].needs(nil)
	})
}
