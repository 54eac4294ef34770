// SPDX-License-Identifier: Apache-2.0

package mutants

var patchMutants = []Mutant{
	{Name: "unswitched-get-new-code", File: patch,
		Original: "if (patch_state == KLP_TRANSITION_UNPATCHED) {", Mutated: "if (false) {",
		Breaks: "livepatch.rst: a task has the old code until it is switched",
		Case:   "transition-consistent", Unseen: "no patched function is called in a transition"},
	{Name: "oldest-function-runs", File: patch, After: "ftrace_set_filter_ip(&ops->fops, ftrace_loc, 1, 0);\n\t\t\tgoto err;",
		Original: "list_add_rcu(", Mutated: "list_add_tail_rcu(",
		Breaks: "livepatch.rst: the newest version of a function is used",
		Case:   "func-patched", Unseen: "no function is patched twice"},
	{Name: "half-patched-object", File: patch, After: "ret = klp_patch_func(func);",
		Original: "klp_unpatch_object(obj);", Mutated: ";",
		Breaks: "livepatch.rst: a livepatch that fails leaves nothing",
		Case:   "symbol-second-not-traceable", Unseen: "each function can be patched"},
	{Name: "ftrace-can-be-off", File: patch,
		Original: "FTRACE_OPS_FL_PERMANENT;", Mutated: "0;",
		Breaks: "livepatch.rst: ftrace cannot be switched off while functions are livepatched",
		Case:   "ftrace-enabled-busy", Unseen: "they leave ftrace alone; test-ftrace.sh does not"},
	{Name: "unpatched-without-memory", File: patch, After: "ops = kzalloc(sizeof(*ops), GFP_KERNEL);",
		Original: "return -ENOMEM;", Mutated: "return 0;",
		Breaks: "livepatch.rst: an enabled livepatch has redirected all of its functions",
		Case:   "fault-function-memory", Unseen: "no call of livepatch's fails"},
}
