// SPDX-License-Identifier: GPL-2.0
/*
 * klp_loglevel_v1 - a livepatch that modifies the system state
 *
 * The state is console_loglevel. It is global, so patched and unpatched tasks
 * cannot have different values, and callbacks modify it. This is the first of
 * three versions, which follow the rules of section 4 of
 * Documentation/livepatch/system-state.rst:
 *
 *   v1  remembers the loglevel that it found, and sets the highest one
 *   v2  sets a lower one; takes over v1's data unchanged
 *   v3  also remembers what it has set, so that it can tell, when it is
 *       disabled, whether somebody has changed the loglevel since; it has more
 *       data than v1 and v2, and copies theirs
 *
 * v1 has no predecessor.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>

#define CONSOLE_LOGLEVEL_STATE 1
/* Version 1: state->data points to the original loglevel, an int. */
#define CONSOLE_LOGLEVEL_STATE_VERSION 1

static struct klp_patch patch;

/*
 * The only callback that may fail, so it allocates the memory. It modifies
 * nothing yet, because old code runs until the transition ends.
 */
static int pre_patch(struct klp_object *obj)
{
	struct klp_state *state = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE);

	pr_info("%s: allocating memory for the original console_loglevel\n", __func__);
	state->data = kzalloc(sizeof(int), GFP_KERNEL);
	return state->data ? 0 : -ENOMEM;
}

/* All tasks run the new code: modify the state. */
static void post_patch(struct klp_object *obj)
{
	int *original = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE)->data;

	pr_info("%s: setting console_loglevel to %d\n", __func__, CONSOLE_LOGLEVEL_MOTORMOUTH);
	*original = console_loglevel;
	console_loglevel = CONSOLE_LOGLEVEL_MOTORMOUTH;
}

/* Called only when the livepatch is disabled: undo what post_patch did. */
static void pre_unpatch(struct klp_object *obj)
{
	int *original = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE)->data;

	pr_info("%s: restoring console_loglevel\n", __func__);
	console_loglevel = *original;
}

/* Also called when the transition is reversed: undo pre_patch. */
static void post_unpatch(struct klp_object *obj)
{
	struct klp_state *state = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE);

	pr_info("%s: freeing the original console_loglevel\n", __func__);
	kfree(state->data);
	state->data = NULL;
}

static struct klp_func no_funcs[] = { {} };

static struct klp_object objs[] = {
	{
		.name = NULL,	/* vmlinux */
		.funcs = no_funcs,
		.callbacks = {
			.pre_patch = pre_patch,
			.post_patch = post_patch,
			.pre_unpatch = pre_unpatch,
			.post_unpatch = post_unpatch,
		},
	}, {}
};

static struct klp_state states[] = {
	{
		.id = CONSOLE_LOGLEVEL_STATE,
		.version = CONSOLE_LOGLEVEL_STATE_VERSION,
	}, {}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
	.replace = true,
};

static int __init klp_loglevel_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit klp_loglevel_exit(void)
{
}

module_init(klp_loglevel_init);
module_exit(klp_loglevel_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Livepatch that sets console_loglevel, version 1");
MODULE_INFO(livepatch, "Y");
