// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/filetest"
)

func TestSettings(t *testing.T) {
	got, err := Parse([]Fragment{
		{"a", "# text\nCONFIG_A=y\nCONFIG_S=\"x y\"\n\n# optional\n# CONFIG_B is not set\nCONFIG_C=m\n\nCONFIG_D=1\n"},
		{"b", "CONFIG_A=m\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{{"S", "x y", false, "a"}, {"B", "n", true, "a"}, {"C", "m", true, "a"}, {"D", "1", false, "a"}, {"A", "m", false, "b"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(setting{})); diff != "" {
		t.Error(diff)
	}
}

func TestFragmentWithAStrangeLine(t *testing.T) {
	_, err := Fragment{"my.config", "CONFIG_A=y\nKASAN=y\n"}.settings()
	if err == nil || !strings.Contains(err.Error(), "my.config:2") {
		t.Errorf("error is %v", err)
	}
}

// The fragments that are shipped ask for what klptest itself asks of kernels.
func TestShippedFragmentsSetWhatIsRequired(t *testing.T) {
	fragments, err := Fragments(Kind{Debug: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse(fragments)
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
	want := Settings{{"A", "y", false, "f"}, {"B", "n", false, "f"}, {"C", "y", true, "f"}, {"D", "y", false, "f"}, {"E", "n", false, "f"}}
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
	err := Settings{{"KASAN", "y", false, "debug.config"}, {"NOTHING", "y", false, "my"}}.Check(nil, source)
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
	err := Settings{{"MODULE_UNLOAD", "n", false, "my"}}.Check(map[string]string{}, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "CONFIG_LIVEPATCH") {
		t.Errorf("error is %v", err)
	}
}

func FuzzFragment(f *testing.F) {
	f.Add("CONFIG_A=y\n# optional\n# CONFIG_B is not set\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Fragment{"f", text}.settings()
		for _, s := range list {
			if err == nil && (s.name == "" || s.value == "" && !strings.Contains(text, `""`)) {
				t.Errorf("setting %+v", s)
			}
		}
	})
}
