// SPDX-License-Identifier: Apache-2.0

package mutants

const (
	state      = "kernel/livepatch/state.c"
	core       = "kernel/livepatch/core.c"
	transition = "kernel/livepatch/transition.c"
)

// List are the mutants, by file. What they break is documented in
// Documentation/livepatch/: system-state.rst, cumulative-patches.rst,
// callbacks.rst and livepatch.rst.
func List() []Mutant {
	var all []Mutant
	for _, some := range [][]Mutant{stateMutants, coreMutants, transitionMutants} {
		all = append(all, some...)
	}
	return all
}

var stateMutants = []Mutant{
	{Name: "version-ignored", File: state,
		Original: "return state->version >= old_state->version;", Mutated: "return true;",
		Breaks: "system-state.rst 2: a lower version of an installed state is refused"},
	{Name: "version-equal-refused", File: state,
		Original: "return state->version >= old_state->version;", Mutated: "return state->version > old_state->version;",
		Breaks: "system-state.rst 2: the same version is allowed"},
	{Name: "version-signed", File: state,
		Original: "return state->version >= old_state->version;", Mutated: "return (int)state->version >= (int)old_state->version;",
		Breaks: "linux/livepatch.h: the version is an unsigned int"},
	{Name: "version-cumulative-only", File: state,
		Original: "return state->version >= old_state->version;", Mutated: "return !patch->replace || state->version >= old_state->version;",
		Breaks: "system-state.rst 2: versions count for non-cumulative livepatches as well"},
	{Name: "noncumulative-needs-all", File: state,
		Original: "return !patch->replace;", Mutated: "return false;",
		Breaks: "system-state.rst 2: only cumulative livepatches must handle all installed states"},
	{Name: "cumulative-needs-none", File: state,
		Original: "return !patch->replace;", Mutated: "return true;",
		Breaks: "system-state.rst 2: cumulative livepatches must handle all installed states"},
	{Name: "newest-only-compatible", File: state,
		Original: "if (!klp_is_state_compatible(patch, old_state))",
		Mutated:  "if (list_is_last(&old_patch->list, &klp_patches) && !klp_is_state_compatible(patch, old_state))",
		Breaks:   "system-state.rst 2: compatible with all installed livepatches"},
	{Name: "first-state-only", File: state, After: "bool klp_is_patch_compatible(",
		Original: "if (!klp_is_state_compatible(patch, old_state))",
		Mutated:  "if (old_state == old_patch->states && !klp_is_state_compatible(patch, old_state))",
		Breaks:   "system-state.rst 2: each state must be compatible"},
	{Name: "prev-oldest", File: state, After: "state = klp_get_state(patch, id);",
		Original: "if (state)", Mutated: "if (state && !last_state)",
		Breaks: "klp_get_prev_state(): the latest of the installed livepatches"},
	{Name: "prev-no-skipping", File: state, After: "state = klp_get_state(patch, id);",
		Original: "if (state)", Mutated: "if (true)",
		Breaks: "klp_get_prev_state(): livepatches without the state do not hide it"},
	{Name: "prev-own", File: state,
		Original: "if (patch == klp_transition_patch)", Mutated: "if (!patch)",
		Breaks: "klp_get_prev_state(): only of already installed livepatches"},
	{Name: "state-next-id", File: state,
		Original: "if (state->id == id)", Mutated: "if (state->id >= id)",
		Breaks: "klp_get_state(): the state with the given id"},
}

var coreMutants = []Mutant{
	{Name: "never-incompatible", File: core,
		Original: "if (!klp_is_patch_compatible(patch)) {", Mutated: "if (false) {",
		Breaks: "system-state.rst 2: incompatible livepatches are refused"},
	{Name: "stays-disabled", File: core, After: "static int __klp_enable_patch(",
		Original: "patch->enabled = true;", Mutated: "patch->enabled = false;",
		Breaks: "sysfs-kernel-livepatch: enabled is 1 for an enabled livepatch"},
	{Name: "pre-patch-error-ignored", File: core, After: "ret = klp_pre_patch_callback(obj);\n\t\tif (ret) {\n\t\t\tpr_warn(\"pre-patch callback failed for object '%s'\\n\",\n\t\t\t\tklp_is_module(obj) ? obj->name : \"vmlinux\");",
		Original: "goto err;", Mutated: "ret = 0;",
		Breaks: "callbacks.rst: a pre-patch callback that fails stops the livepatch"},
	{Name: "no-pre-unpatch", File: core, After: "klp_init_transition(patch, KLP_TRANSITION_UNPATCHED);",
		Original: "if (obj->patched)", Mutated: "if (!obj->patched)",
		Breaks: "callbacks.rst: pre-unpatch runs before an object is unpatched"},
	{Name: "listed-first", File: core,
		Original: "list_add_tail(&patch->list, &klp_patches);", Mutated: "list_add(&patch->list, &klp_patches);",
		Breaks: "livepatch.rst: livepatches are stacked in the order in which they were enabled"},
	{Name: "no-reversal", File: core, After: "Do not allow to re-enable a disabled patch.",
		Original: "if (patch == klp_transition_patch)", Mutated: "if (false)",
		Breaks: "livepatch.rst: a transition can be reversed by writing the opposite to enabled"},
}

var transitionMutants = []Mutant{
	{Name: "no-post-patch", File: transition,
		Original: "klp_post_patch_callback(obj);", Mutated: ";",
		Breaks: "callbacks.rst: post-patch runs when the transition has completed"},
	{Name: "no-post-unpatch", File: transition,
		Original: "klp_post_unpatch_callback(obj);", Mutated: ";",
		Breaks: "callbacks.rst: post-unpatch runs when the transition has completed"},
	{Name: "post-patch-always", File: transition, After: "if (!klp_is_object_loaded(obj))\n\t\t\tcontinue;",
		Original: "if (klp_target_state == KLP_TRANSITION_PATCHED)", Mutated: "if (true)",
		Breaks: "callbacks.rst: what was unpatched gets post-unpatch"},
	{Name: "reversal-keeps-target", File: transition,
		Original: "klp_target_state = !klp_target_state;", Mutated: ";",
		Breaks: "livepatch.rst: a reversed transition goes the other way"},
	{Name: "stack-not-checked", File: transition, After: "if (address >= func_addr && address < func_addr + func_size)",
		Original: "return -EAGAIN;", Mutated: "return 0;",
		Breaks: "livepatch.rst: a task that sleeps in a patched function is not switched"},
	{Name: "cancel-keeps-target", File: transition, After: "void klp_cancel_transition(void)",
		Original: "klp_target_state = KLP_TRANSITION_UNPATCHED;", Mutated: ";",
		Breaks: "system-state.rst 3: what was changed is removed when an error occurs"},
	{Name: "not-unpatched", File: transition,
		Original: "klp_unpatch_objects(klp_transition_patch);", Mutated: ";",
		Breaks: "livepatch.rst: the original code runs when a livepatch is disabled"},
}
