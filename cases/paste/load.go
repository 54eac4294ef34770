// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
)

// known makes sure that a livepatch named by a record was loaded.
func (t *teller) known(e event) {
	if e.patch == "" || e.patch == t.failing || t.loaded[e.patch] != nil {
		return
	}
	if s := t.typedLoad(e.patch); s != nil {
		t.loaded[e.patch] = s
	} else {
		t.loaded[e.patch] = t.early(action{op: opLoad, module: e.patch}, e, fromBefore)
	}
	t.enabled = slices.Insert(t.enabled, 0, e.patch)
}

// typedLoad returns a typed load after the cursor that the log does not show
// because its start was cut off.
func (t *teller) typedLoad(patch string) *step {
	for i := t.cursor + 1; i < len(t.steps); i++ {
		if s := t.steps[i]; s.op == opLoad && s.module == patch && !s.told {
			t.pass(i)
			return t.at(i)
		}
	}
	return nil
}

// load returns the step that loads a module, after removing it if it is loaded.
func (t *teller) load(module string, e event, why string) *step {
	a := action{op: opLoad, module: module}
	if t.loaded[module] != nil && !t.typedUnload(module) {
		if slices.Contains(t.enabled, module) && t.enabled[len(t.enabled)-1] == module && !t.isTarget(module) {
			t.want(action{op: opWrite, module: module, path: enabledOf(module), value: "0"}, e, loadedAgain)
		}
		t.want(action{op: opUnload, module: module}, e, loadedAgain)
		t.forget(module)
	}
	return t.want(a, e, why)
}

func (t *teller) isTarget(module string) bool {
	for _, s := range t.steps {
		if slices.ContainsFunc(s.events, func(e event) bool { return e.object == module && e.what == applying }) {
			return true
		}
	}
	return false
}

// typedUnload reports whether a module's removal was typed after the cursor.
func (t *teller) typedUnload(module string) bool {
	for i := t.cursor + 1; i < len(t.steps); i++ {
		if s := t.steps[i]; s.op == opUnload && s.module == module && s.errno == "" {
			return true
		}
	}
	return false
}

func (t *teller) last(o op, module string) *step {
	for i := min(t.cursor, len(t.steps)-1); i >= 0; i-- {
		if s := t.steps[i]; s.op == o && s.module == module {
			return s
		}
	}
	return nil
}
