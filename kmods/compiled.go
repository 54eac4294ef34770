// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/modcode"
)

// checkAll returns an error if a shipped module is not as cases need it. It
// checks even modules from the cache, which takes a millisecond each.
func (b *Builder) checkAll(all map[string]Module, compiler string) error {
	fit := checkFit
	if b.fit != nil {
		fit = b.fit
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := fit(all[name], compiler); err != nil {
			return err
		}
	}
	return nil
}

// checkFit returns an error if the compiler has changed code of a shipped
// module on which cases rely. With such a module, cases would blame the kernel.
func checkFit(m Module, compiler string) error {
	f, err := os.Open(m.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	functions, err := modcode.Functions(f)
	if err != nil {
		return blame.Rigf("%s: %w", filepath.Base(m.Path), err)
	}
	n, _ := needsOf(m.Name)
	for _, want := range n.functions {
		if fault := want.fault(functions); fault != "" {
			return blame.AdviseRigf(
				"the compiler has changed code of klptest's module that klptest relies on: report this line, the kernel's configuration, and the compiler: "+compiler,
				"%s cannot be used: %s", filepath.Base(m.Path), fault)
		}
	}
	return nil
}

// fault returns what is wrong with the function, given all functions of its
// module, or "" if nothing is.
func (want function) fault(all []modcode.Function) string {
	var found []modcode.Function
	for _, f := range all {
		if f.Name == want.name {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return fmt.Sprintf("it has %d functions called %s(), not one", len(found), want.name)
	}
	what := want.wrongIn(found[0])
	if what == "" {
		return ""
	}
	return fmt.Sprintf("%s() %s", want.name, what)
}

func (want function) wrongIn(f modcode.Function) string {
	switch {
	case f.Size == 0:
		return "has no size"
	case len(f.Twins) > 0:
		return fmt.Sprintf("is at the same address as %s()", f.Twins[0])
	case want.traced && !f.Traced:
		return "cannot be redirected by ftrace: its start is not in ftrace's list"
	case want.calls == "":
		return ""
	case slices.Contains(f.Jumps, want.calls):
		return fmt.Sprintf("jumps to %s(), so it is not on the stack while that function runs", want.calls)
	case !slices.Contains(f.Calls, want.calls):
		return fmt.Sprintf("does not call %s()", want.calls)
	}
	return ""
}
