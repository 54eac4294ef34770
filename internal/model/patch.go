// SPDX-License-Identifier: Apache-2.0

package model

// The structures of include/linux/livepatch.h, without the fields of memory
// management.

// direction is the target of a transition, and the version of the code that a
// task runs (enum klp_transition_state, KLP_* before 6.10).
type direction int

const (
	idle      direction = -1
	unpatched direction = 0
	patched   direction = 1
)

func (d direction) String() string {
	if d == patched {
		return "patching"
	}
	return "unpatching"
}

// address is a place in the code: MODULE:FUNCTION, vmlinux:FUNCTION.
type address string

// patch is struct klp_patch.
type patch struct {
	mod     *module
	objects []*object // the livepatch's own, then those that hold only nops
	states  []*state
	replace bool
	enabled bool
	forced  bool
}

// object is struct klp_object: vmlinux or a module.
type object struct {
	name               string // empty: vmlinux
	callbacks          callbacks
	postUnpatchEnabled bool
	functions          []*function
	mod                *module // nil: not loaded; vmlinux has none either
	dynamic            bool    // made for nops, not the livepatch's own
	patched            bool
	relocates          bool // the livepatch has relocations for it
	relocated          bool // they were written
}

// callbacks is struct klp_callbacks; each may be nil.
type callbacks struct {
	prePatch    func(*object) int
	postPatch   func(*object)
	preUnpatch  func(*object)
	postUnpatch func(*object)
}

// function is struct klp_func.
type function struct {
	name       string
	newFunc    address
	oldFunc    address // empty while the object is not loaded
	nop        bool    // returns to the original
	patched    bool
	transition bool // tasks differ in whether they use it
}

// state is struct klp_state.
type state struct {
	id      uint64
	version uint32
	data    *data
}

func (o *object) isModule() bool { return o.name != "" }

func (o *object) isLoaded() bool { return !o.isModule() || o.mod != nil }

func (o *object) String() string {
	if o.isModule() {
		return o.name
	}
	return "vmlinux"
}

// prePatch and the next three are klp_pre_patch_callback() and so on, of
// kernel/livepatch/core.h.
func (o *object) prePatch() int {
	ret := 0
	if o.callbacks.prePatch != nil {
		ret = o.callbacks.prePatch(o)
	}
	o.postUnpatchEnabled = ret == 0
	return ret
}

func (o *object) postPatch() {
	if o.callbacks.postPatch != nil {
		o.callbacks.postPatch(o)
	}
}

func (o *object) preUnpatch() {
	if o.callbacks.preUnpatch != nil {
		o.callbacks.preUnpatch(o)
	}
}

func (o *object) postUnpatch() {
	if o.postUnpatchEnabled && o.callbacks.postUnpatch != nil {
		o.callbacks.postUnpatch(o)
	}
	o.postUnpatchEnabled = false
}

// findObject is klp_find_object().
func (p *patch) findObject(name string) *object {
	for _, o := range p.objects {
		if o.name == name {
			return o
		}
	}
	return nil
}

// object finds an object by its name in sysfs and in the probe's log.
func (p *patch) object(shown string) *object {
	for _, o := range p.objects {
		if o.String() == shown {
			return o
		}
	}
	return nil
}

// findFunction is klp_find_func(); all functions here have sympos 0.
func (o *object) findFunction(name string) *function {
	for _, f := range o.functions {
		if f.name == name {
			return f
		}
	}
	return nil
}
