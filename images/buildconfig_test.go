// SPDX-License-Identifier: Apache-2.0

package images

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSettings(t *testing.T) {
	got, err := settings([]fragment{
		{"a", []byte("# text\nCONFIG_A=y\nCONFIG_S=\"x y\"\n\n# optional\n# CONFIG_B is not set\nCONFIG_C=m\n\nCONFIG_D=1\n")},
		{"b", []byte("CONFIG_A=m\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []setting{{"S", "x y", false, "a"}, {"B", "n", true, "a"}, {"C", "m", true, "a"}, {"D", "1", false, "a"}, {"A", "m", false, "b"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(setting{})); diff != "" {
		t.Error(diff)
	}
}

func TestFragmentWithAStrangeLine(t *testing.T) {
	_, err := parseFragment(fragment{"my.config", []byte("CONFIG_A=y\nKASAN=y\n")})
	if err == nil || !strings.Contains(err.Error(), "my.config:2") {
		t.Errorf("error is %v", err)
	}
}

// The fragments that are shipped ask for what klptest itself asks of kernels.
func TestBaseConfigSetsWhatIsRequired(t *testing.T) {
	want, err := settings([]fragment{{"base.config", baseConfig}, {"debug.config", debugConfig}})
	if err != nil {
		t.Fatal(err)
	}
	config := map[string]string{}
	for _, s := range want {
		if !s.optional || s.name == "PREEMPT_VOLUNTARY" {
			config[s.name] = s.value
		}
	}
	// These cannot be set, they follow from others.
	config["DYNAMIC_FTRACE_WITH_REGS"], config["HAVE_RELIABLE_STACKTRACE"] = "y", "y"
	if m := Required(config); len(m) > 0 {
		t.Errorf("base.config lacks %v", m)
	}
	if m := Recommended(config); len(m) > 0 {
		t.Errorf("base.config lacks %v", m)
	}
}

func TestLost(t *testing.T) {
	want := []setting{{"A", "y", false, "f"}, {"B", "n", false, "f"}, {"C", "y", true, "f"}, {"D", "y", false, "f"}, {"E", "n", false, "f"}}
	got := lost(map[string]string{"A": "y", "E": "y"}, want)
	var names []string
	for _, s := range got {
		names = append(names, s.name)
	}
	if !slices.Equal(names, []string{"D", "E"}) {
		t.Errorf("lost %v", names)
	}
}

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
	source := makeSource(t, "Makefile")
	put(t, source+"/lib/Kconfig.debug", someKconfig)
	put(t, source+"/arch/arm/Kconfig", "config KASAN\n\tdepends on ARM\n")
	config := map[string]string{"OTHER": "y", "HAVE_ARCH_KASAN": "y", "DEBUG_KERNEL": "y"}
	for name, want := range map[string]string{
		"KASAN":    "it depends on EXPERT; DEBUG_KERNEL; HAVE_ARCH_KASAN && !SLUB_TINY; here EXPERT=n DEBUG_KERNEL=y HAVE_ARCH_KASAN=y SLUB_TINY=n",
		"FORCED":   "CONFIG_OTHER selects it; it depends on EXPERT; here EXPERT=n",
		"OUTSIDE":  "it depends on INSIDE; here INSIDE=n",
		"INTERNAL": "it depends on EXPERT; here EXPERT=n",
		"NOTHING":  "this kernel has no such option",
	} {
		wanted := []setting{{name: name, value: "y"}}
		symbols, err := findSymbols(source, wanted)
		if err != nil {
			t.Fatal(err)
		}
		if got := symbols[name].needs(config); got != want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
		}
	}
}

func TestRefuseLostNamesAll(t *testing.T) {
	source := makeSource(t, "Makefile")
	put(t, source+"/Kconfig", someKconfig)
	err := refuseLost(source, nil, []setting{{"KASAN", "y", false, "debug.config"}, {"NOTHING", "y", false, "my"}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"CONFIG_KASAN", "CONFIG_NOTHING"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
}

func TestRefuseWhatTakesAwayTheNecessary(t *testing.T) {
	err := refuseLost(t.TempDir(), map[string]string{}, []setting{{"MODULE_UNLOAD", "n", false, "my"}})
	if err == nil || !strings.Contains(err.Error(), "CONFIG_LIVEPATCH") {
		t.Errorf("error is %v", err)
	}
}

func FuzzReadKconfig(f *testing.F) {
	f.Add(someKconfig)
	f.Add("endif\nendmenu\nmenu\ndepends on A\nendmenu\ndepends on B\nconfig KASAN\nif")
	f.Fuzz(func(t *testing.T, text string) {
		symbols := map[string]*symbol{"KASAN": {}}
		_ = readKconfig(strings.NewReader(text), symbols) // a line may be too long
		_ = symbols["KASAN"].needs(nil)
	})
}

func FuzzParseFragment(f *testing.F) {
	f.Add("CONFIG_A=y\n# optional\n# CONFIG_B is not set\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parseFragment(fragment{"f", []byte(text)})
		for _, s := range list {
			if err == nil && (s.name == "" || s.value == "" && !strings.Contains(text, `""`)) {
				t.Errorf("setting %+v", s)
			}
		}
	})
}
