// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/filetest"
)

func TestSettings(t *testing.T) {
	got, err := Parse([]Fragment{
		{Name: "a", Text: "# text\nCONFIG_A=y\nCONFIG_S=\"x y\"\n\n# optional\n# CONFIG_B is not set\nCONFIG_C=m\n\nCONFIG_D=1\n"},
		{Name: "b", Text: "CONFIG_A=m\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{{name: "S", value: "x y", from: "a"}, {name: "B", value: "n", mark: optionalMark, from: "a"}, {name: "C", value: "m", mark: optionalMark, from: "a"}, {name: "D", value: "1", from: "a"}, {name: "A", value: "m", from: "b"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(setting{})); diff != "" {
		t.Error(diff)
	}
}

func TestFragmentWithAStrangeLine(t *testing.T) {
	_, err := Fragment{Name: "my.config", Text: "CONFIG_A=y\nKASAN=y\n"}.settings()
	if err == nil || !strings.Contains(err.Error(), "my.config:2") {
		t.Errorf("error is %v", err)
	}
}

// shippedSettings returns the settings of the fragments for a kind of kernel.
func shippedSettings(t *testing.T, kind Kind) []setting {
	t.Helper()
	fragments, err := Fragments(kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Parse(fragments)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The shipped fragments set what klptest itself requires of kernels.
func TestShippedFragmentsSetWhatIsRequired(t *testing.T) {
	config := map[string]string{}
	for _, s := range shippedSettings(t, Kind{Debug: true}) {
		if s.mark != optionalMark || s.name == "PREEMPT_VOLUNTARY" {
			config[s.name] = s.value
		}
	}
	// These cannot be set: they follow from others.
	config["DYNAMIC_FTRACE_WITH_REGS"], config["HAVE_RELIABLE_STACKTRACE"] = "y", "y"
	if m := Required(config); len(m) > 0 {
		t.Errorf("base.config lacks %v", m)
	}
	if m := Recommended(config); len(m) > 0 {
		t.Errorf("base.config lacks %v", m)
	}
}

func TestImageFragmentSetsWhatIsRequired(t *testing.T) {
	config := map[string]string{}
	for _, s := range shippedSettings(t, Kind{Image: true}) {
		config[s.name] = s.value
	}
	if m := RequiredOfImage(config); len(m) > 0 {
		t.Errorf("image.config lacks %v", m)
	}
}

// base.config marks exactly those options as required that Required wants.
func TestBaseMarksWhatIsRequired(t *testing.T) {
	want, err := Parse([]Fragment{{Name: "base.config", Text: Base}})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range want {
		is := slices.ContainsFunc(required, func(o option) bool { return o.names == s.name })
		if is != (s.mark == requiredMark) {
			t.Errorf("CONFIG_%s is required: %v, it is marked %q", s.name, is, s.mark)
		}
	}
}

func TestLost(t *testing.T) {
	want := Settings{{name: "A", value: "y", from: "f"}, {name: "B", value: "n", from: "f"}, {name: "C", value: "y", mark: optionalMark, from: "f"}, {name: "D", value: "y", from: "f"}, {name: "E", value: "n", from: "f"}}
	got := want.lost(map[string]string{"A": "y", "E": "y"})
	var names []string
	for _, s := range got {
		names = append(names, s.name)
	}
	if !slices.Equal(names, []string{"D", "E"}) {
		t.Errorf("lost %v", names)
	}
}

func TestCheckNamesAllThatIsLost(t *testing.T) {
	source := t.TempDir()
	filetest.Put(t, source+"/Kconfig", someKconfig)
	err := Settings{{name: "KASAN", value: "y", from: "debug.config"}, {name: "NOTHING", value: "y", from: "my"}}.Check(nil, source)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"CONFIG_KASAN", "CONFIG_NOTHING"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
}

func TestCheckRefusesWhatTakesAwayTheNecessary(t *testing.T) {
	err := Settings{{name: "MODULE_UNLOAD", value: "n", from: "my"}}.Check(map[string]string{}, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "CONFIG_LIVEPATCH") {
		t.Errorf("error is %v", err)
	}
}

// An option of a shipped fragment that no Kconfig file has is not missed, unless
// it is required. One that could be set is missed, and so is any option of a
// user.
func TestCheckOfOptionsThatAKernelHasLost(t *testing.T) {
	source := t.TempDir()
	filetest.Put(t, source+"/Kconfig", someKconfig)
	full := fullConfig()
	without := maps.Clone(full)
	delete(without, "PROC_FS")
	for name, test := range map[string]struct {
		setting setting
		config  map[string]string
		want    string
	}{
		"lost, shipped":         {setting{name: "NOTHING", value: "y", from: "base.config", shipped: true}, full, ""},
		"lost, marked":          {setting{name: "NOTHING", value: "y", from: "debug.config", shipped: true, mark: requiredMark}, full, "CONFIG_NOTHING"},
		"lost, user's":          {setting{name: "NOTHING", value: "y", from: "my"}, full, "CONFIG_NOTHING"},
		"cannot be set":         {setting{name: "KASAN", value: "y", from: "base.config", shipped: true}, full, "CONFIG_KASAN"},
		"lost, but is required": {setting{name: "PROC_FS", value: "y", from: "base.config", shipped: true}, without, "CONFIG_PROC_FS"},
	} {
		err := Settings{test.setting}.Check(test.config, source)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func FuzzFragment(f *testing.F) {
	f.Add("CONFIG_A=y\n# optional\n# CONFIG_B is not set\n\n# required\nCONFIG_C=y\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Fragment{Name: "f", Text: text}.settings()
		for _, s := range list {
			if err == nil && (s.name == "" || s.value == "" && !strings.Contains(text, `""`)) {
				t.Errorf("setting %+v", s)
			}
		}
	})
}
