// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
)

func TestShippedModules(t *testing.T) {
	want := strings.Fields("klp_a klp_b klp_c klp_d klp_e klp_f klp_fault klp_g klp_h klp_loglevel_v1 klp_loglevel_v2 klp_loglevel_v3 klp_other klp_rela klp_selftest klp_target")
	if diff := cmp.Diff(want, modules(shipped())); diff != "" {
		t.Error(diff)
	}
}

// Kernel modules are GPL-2.0, and each probe has a number of its own.
func TestShippedSources(t *testing.T) {
	for _, f := range shipped() {
		first, _, _ := bytes.Cut(f.Data, []byte("\n"))
		if !bytes.Contains(first, []byte("SPDX-License-Identifier: GPL-2.0")) {
			t.Errorf("%s begins with %q", f.Name, first)
		}
	}
	for i, letter := range "abcdefgh" {
		data, err := src.ReadFile(fmt.Sprintf("src/klp_%c.c", letter))
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("#define PROBE_NUMBER %d\n", i+1); !bytes.Contains(data, []byte(want)) {
			t.Errorf("klp_%c.c lacks %q", letter, want)
		}
	}
}

func TestCheckSources(t *testing.T) {
	named := func(names ...string) (files []Source) {
		for _, name := range names {
			files = append(files, Source{Name: name})
		}
		return files
	}
	var many []Source
	for i := range 33 {
		many = append(many, Source{Name: fmt.Sprintf("m%d.c", i)})
	}
	for _, tt := range []struct {
		files []Source
		want  string // empty: accepted
	}{
		{named("own.c"), ""},
		{named("own.c", "own.h", "other_2.c"), ""},
		{named("a" + strings.Repeat("b", 50) + ".c"), ""},
		{named("a" + strings.Repeat("b", 51) + ".c"), "bad file name"},
		{named("$(shell touch x).c"), "bad file name"},
		{named("own.mod.c"), "bad file name"},
		{named("../own.c"), "bad file name"},
		{named("own.c\n"), "bad file name"},
		{named("Own.c"), "bad file name"},
		{named("2own.c"), "bad file name"},
		{named("own-x.c"), "bad file name"},
		{named("own.S"), "bad file name"},
		{named("Kbuild"), "bad file name"},
		{named(""), "bad file name"},
		{named("own.c", "own.c"), "two files"},
		{named("own.h"), "no .c file"},
		{nil, "no .c file"},
		{named("klp_a.c"), "a module that klptest ships"},
		{named("own.c", "klp_target.c"), "a module that klptest ships"},
		{many, "33 C files"},
		{[]Source{{"own.c", make([]byte, 1<<19)}, {"own.h", make([]byte, 1<<19)}}, ""},
		{[]Source{{"own.c", make([]byte, 1<<19)}, {"own.h", make([]byte, 1<<19+1)}}, "bytes in all"},
	} {
		err := checkSources(tt.files)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%.60v: %v", tt.files, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%.60v: %v, want %q", tt.files, err, tt.want)
		case err != nil && blame.Of(err) != blame.User:
			t.Errorf("%.60v: blames the %v", tt.files, blame.Of(err))
		}
	}
}

func TestCaseGetsTheHeaders(t *testing.T) {
	got := withHeaders(own)
	if len(got) != len(own)+2 || !bytes.Contains(got[len(own)].Data, []byte("define klp_call")) || !bytes.Contains(got[len(own)+1].Data, []byte("define KLP_SYM")) {
		t.Errorf("%v", got)
	}
	theirs := []Source{{"own.c", nil}, {"klp_opaque.h", []byte("theirs")}, {"klp_rela.h", nil}}
	if diff := cmp.Diff(theirs, withHeaders(theirs)); diff != "" {
		t.Error(diff)
	}
}

// Each accepted name is one word to make and to a shell.
func FuzzSourceName(f *testing.F) {
	for _, name := range []string{"own.c", "a.h", "$(x).c", "a b.c", "a.mod.c"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if checkSources([]Source{{Name: name}}) != nil {
			return
		}
		if strings.ContainsAny(name, " \t\n$`'\"\\/#:%~*?[]{}();&|<>=-") || strings.Count(name, ".") != 1 {
			t.Errorf("%q was accepted", name)
		}
	})
}
