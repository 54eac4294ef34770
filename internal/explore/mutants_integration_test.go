// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const mostCommands = 8

// mutants are kernels with one changed line, as changes of the model.
var mutants = []struct{ name, file, old, new string }{
	{"version_must_grow", "state.go", "s.version >= old.version", "s.version > old.version"},
	{"version_may_fall", "state.go", "s.version >= old.version", "true"},
	{"cumulative_may_lack", "state.go", "return !p.replace", "return true"},
	{"noncumulative_must_have", "state.go", "return !p.replace", "return false"},
	{"prev_state_of_later", "state.go", "\t\tif p == c.transition {\n\t\t\tbreak\n\t\t}\n", ""},
	{"prev_state_of_oldest", "state.go", "s := p.getState(id); s != nil", "s := p.getState(id); s != nil && last == nil"},
	{"last_state_wins", "state.go", "for _, s := range p.states {\n\t\tif s.id == id {\n\t\t\treturn s", "for i := range p.states {\n\t\tif s := p.states[len(p.states)-1-i]; s.id == id {\n\t\t\treturn s"},
	{"no_reference", "core.go", "\tp.mod.refs++\n", ""},
	{"forced_is_put", "core.go", "if !p.forced {", "if true {"},
	{"listed_first", "core.go", "append(c.patches, p)", "append([]*patch{p}, c.patches...)"},
	{"replaced_stay_patched", "core.go", "\t\tc.unpatchObjects(old)\n", ""},
	{"pre_unpatch_of_all", "core.go", "if o.patched {", "if true {"},
	{"no_nops", "core.go", "\t\tc.addNops(p)\n", ""},
	{"disable_in_transition", "core.go", "func (c *core) disable(p *patch) int {\n\tif c.transition != nil {\n\t\treturn ebusy", "func (c *core) disable(p *patch) int {\n\tif c.transition != nil {\n\t\treturn einval"},
	{"enable_in_transition", "core.go", "func (c *core) enable(p *patch) int {\n\tif c.transition != nil {\n\t\treturn ebusy", "func (c *core) enable(p *patch) int {\n\tif c.transition != nil {\n\t\treturn einval"},
	{"replaced_early", "transition.go", "\t\tc.unpatchReplacedPatches(p)\n", "\t\tc.freeReplacedPatchesAsync(p)\n"},
	{"no_post_patch", "transition.go", "\t\t\to.postPatch()\n", ""},
	{"post_unpatch_of_unloaded", "transition.go", "\t\tcase !o.isLoaded():\n", ""},
	{"reverse_keeps_enabled", "transition.go", "\tp.enabled = !p.enabled\n", ""},
	{"force_marks_new", "transition.go", "p != c.transition\n}", "p == c.transition\n}"},
	{"force_switches_none", "transition.go", "t.updatePatchState(c.target)", "_ = t"},
	{"unpatch_checks_old", "transition.go", "if c.target == unpatched {\n\t\treturn f.newFunc", "if c.target == patched {\n\t\treturn f.newFunc"},
	{"coming_no_cleanup", "coming.go", "\t\t\tc.cleanupModule(m, p)\n", ""},
	{"coming_always_post", "coming.go", "if p != c.transition {\n\t\to.postPatch", "if true {\n\t\to.postPatch"},
	{"going_always_pre", "coming.go", "if p != c.transition {\n\t\t\to.preUnpatch", "if true {\n\t\t\to.preUnpatch"},
	{"post_unpatch_always", "patch.go", "if o.postUnpatchEnabled && ", "if "},
}

// fewest is the least number of mutants that show within three operations.
const fewest = 15

// TestIntegrationMutants: a changed line in the livepatch core is found, and the
// reproducer is short.
func TestIntegrationMutants(t *testing.T) {
	if os.Getenv("KLPTEST_MUTANTS") == "" { // minutes
		t.Skip("set KLPTEST_MUTANTS=1 to build mutants of the model, or: make model-mutants")
	}
	overlay := buildMutants(t)
	for _, depth := range []string{"0", "3"} {
		cmd := exec.Command("go", "run", "-overlay", overlay, "./internal/exploremutants", "-depth", depth)
		cmd.Dir, cmd.Stderr = "../..", os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for line := range strings.Lines(string(out)) {
			if checkMutant(t, depth, line) {
				found++
			}
		}
		if found < fewest || depth == "0" && found < len(mutants) {
			t.Errorf("depth %s: %d found", depth, found)
		}
	}
}

func checkMutant(t *testing.T, depth, line string) (found bool) {
	var got struct {
		Name, Error, File          string
		Sequences, Commands, Times int
	}
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		t.Fatal(err)
	}
	t.Logf("depth %s: %s: %d sequences, %d commands", depth, got.Name, got.Sequences, got.Commands)
	found = got.Commands > 0
	if got.Error != "" || found && (got.Commands > mostCommands || got.Times != repeats) {
		t.Errorf("depth %s: %s: %d commands, %d times %s\n%s", depth, got.Name, got.Commands, got.Times, got.Error, got.File)
	}
	return found
}

// buildMutants lays a package internal/NAME over the tree for each mutant, and
// a program that explores them. It returns the overlay's file.
func buildMutants(t *testing.T) string {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	put := func(name, text string) {
		file := filepath.Join(dir, strings.ReplaceAll(name, "/", "-"))
		replace[filepath.Join(root, name)] = file
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var imports, machines strings.Builder
	for _, m := range mutants {
		for name, text := range mutate(t, m.file, m.old, m.new) {
			put("internal/"+m.name+"/"+name, text)
		}
		fmt.Fprintf(&imports, "\t%s \"github.com/klptest/klptest/internal/%[1]s\"\n", m.name)
		fmt.Fprintf(&machines, "\t\t%q: func() (cases.Machine, error) { return %s.New(\"6.12\") },\n", m.name, m.name)
	}
	program, err := os.ReadFile("testdata/mutants.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	put("internal/exploremutants/main.go", strings.NewReplacer("IMPORTS", imports.String(), "MACHINES", machines.String()).Replace(string(program)))
	data, _ := json.Marshal(map[string]any{"Replace": replace})
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// mutate returns the model's files with one change.
func mutate(t *testing.T, file, from, to string) map[string]string {
	paths, _ := filepath.Glob("../model/*.go")
	files := map[string]string{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(data)
	}
	if strings.Count(files[file], from) != 1 {
		t.Fatalf("%s does not have %q once", file, from)
	}
	files[file] = strings.Replace(files[file], from, to, 1)
	return files
}
