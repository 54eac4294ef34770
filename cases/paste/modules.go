// SPDX-License-Identifier: Apache-2.0

package paste

import "slices"

// coming handles a module that is being loaded while livepatches have an object
// for it. Several livepatches log the same loading.
func (t *teller) coming(e event) {
	if t.incoming == e.object {
		return
	}
	t.hold()
	s := t.load(e.object, e, "the log says that it is loaded")
	t.loaded[e.object] = s
	t.incoming, t.outgoing = e.object, ""
	if !t.refusedAhead() {
		t.ftraceOn(e)
	}
}

// refusedAhead reports whether the module being loaded will be refused.
func (t *teller) refusedAhead() bool {
	for _, e := range t.ahead {
		switch e.what {
		case refusing, unpatchable:
			return true
		case enabling, starting, complete, reverting, initializing, incompatible:
			return false
		}
	}
	return false
}

func (t *teller) onApplying(e event) {
	t.known(e)
	if t.incoming == e.object && t.applied(e) {
		t.incoming = ""
	}
	t.coming(e)
}

// applied reports whether a livepatch was applied to the loading module.
func (t *teller) applied(e event) bool {
	return slices.ContainsFunc(t.steps[t.cursor].events, func(f event) bool {
		return f.what == applying && f.patch == e.patch && f.object == e.object
	})
}

func (t *teller) onRefusing(e event) {
	t.known(e)
	t.coming(e)
	if s := t.loaded[e.object]; s != nil {
		s.fails = true
	}
	delete(t.loaded, e.object)
	t.incoming, t.outgoing = "", e.object
}

// going handles a module that is being removed.
func (t *teller) going(module string, e event) {
	if t.outgoing == module {
		return
	}
	if t.failsInit(module) {
		s := t.steps[t.cursor]
		s.fails, s.initFails = true, true
		delete(t.loaded, module)
		t.incoming, t.outgoing = "", module
		return
	}
	t.hold()
	if t.loaded[module] == nil {
		t.early(action{op: opLoad, module: module}, e, nobodySays)
	}
	t.want(action{op: opUnload, module: module}, e, "the log says that it is removed")
	delete(t.loaded, module)
	t.incoming, t.outgoing = "", module
}

func (t *teller) onReverting(e event) {
	t.known(e)
	if t.outgoing == e.object && t.reverted(e) {
		t.outgoing = ""
	}
	t.going(e.object, e)
}

func (t *teller) reverted(e event) bool {
	return slices.ContainsFunc(t.steps[t.cursor].events, func(f event) bool {
		return f.what == reverting && f.patch == e.patch && f.object == e.object
	})
}

func (t *teller) onModuleInit(e event) {
	if t.incoming != e.patch && t.loaded[e.patch] == nil {
		t.loaded[e.patch] = t.load(e.patch, e, "it says that it is loaded")
		t.incoming = e.patch
	}
}

func (t *teller) onModuleExit(e event) {
	if t.loaded[e.patch] != nil {
		t.going(e.patch, e)
	}
}

// onCallback infers from a pre_unpatch that a livepatch is being disabled or a
// module removed: the kernel's own line comes after it.
func (t *teller) onCallback(e event) {
	t.known(e)
	if e.text == "" || !isPreUnpatch(e) {
		t.present(e)
		return
	}
	if t.trans == e.patch && t.down || t.outgoing == e.object && t.outgoing != "" && !t.unpatched(e) {
		return
	}
	switch next := t.next(); {
	case next.what == reverting && next.object == e.object:
		t.going(e.object, e)
	case next.what == starting && next.down && next.patch == e.patch || next.what == "" || next.what == complete && next.down:
		t.end()
		t.toggle(e, "0", "a callback of its disabling is called")
	}
}

// unpatched reports whether this callback was called already.
func (t *teller) unpatched(e event) bool {
	return slices.ContainsFunc(t.steps[t.cursor].events, func(f event) bool {
		return f.what == callback && f.text == e.text && f.patch == e.patch && f.object == e.object
	})
}

func isPreUnpatch(e event) bool { return len(e.text) >= 11 && e.text[:11] == "pre_unpatch" }

// next returns the next line that the core logs.
func (t *teller) next() event {
	for _, e := range t.ahead {
		switch e.what {
		case starting, reverting, complete, enabling, applying, initializing, incompatible:
			return e
		}
	}
	return event{}
}

// present makes sure that a module is loaded if its callback is called without
// a record of its loading.
func (t *teller) present(e event) {
	if e.object == "vmlinux" || e.object == "" || t.loaded[e.object] != nil || t.incoming == e.object || t.outgoing == e.object {
		return
	}
	t.loaded[e.object] = t.early(action{op: opLoad, module: e.object}, e, calledBack)
}
