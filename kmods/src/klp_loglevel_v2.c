// SPDX-License-Identifier: GPL-2.0
/*
 * klp_loglevel_v2 - the successor of klp_loglevel_v1: takes over its state
 *
 * It sets a lower console_loglevel than v1, and understands v1's data. So the
 * new version replaces the old one without losing the original loglevel:
 * state->data changes hands. It also works when it replaces nothing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>

#define CONSOLE_LOGLEVEL_STATE 1
/* Version 2: state->data points to the original loglevel, as in version 1. */
#define CONSOLE_LOGLEVEL_STATE_VERSION 2

static struct klp_patch patch;

/* No memory is needed when the replaced livepatch provides it. */
static int pre_patch(struct klp_object *obj)
{
	struct klp_state *prev = klp_get_prev_state(CONSOLE_LOGLEVEL_STATE);
	struct klp_state *state = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE);

	if (prev && prev->data) {
		pr_info("%s: the original console_loglevel will be taken over\n", __func__);
		return 0;
	}
	pr_info("%s: allocating memory for the original console_loglevel\n", __func__);
	state->data = kzalloc(sizeof(int), GFP_KERNEL);
	return state->data ? 0 : -ENOMEM;
}

/*
 * The replaced livepatch gets no more callbacks, so its data is ours or lost.
 * Without a replaced livepatch, console_loglevel itself is the original:
 * after a first enabling, and after a reversed disabling.
 */
static void post_patch(struct klp_object *obj)
{
	struct klp_state *prev = klp_get_prev_state(CONSOLE_LOGLEVEL_STATE);
	struct klp_state *state = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE);

	if (!state->data) {
		pr_info("%s: taking over the original console_loglevel\n", __func__);
		state->data = prev->data;
		prev->data = NULL;
	} else {
		*(int *)state->data = console_loglevel;
	}
	pr_info("%s: setting console_loglevel to %d\n", __func__, CONSOLE_LOGLEVEL_DEBUG);
	console_loglevel = CONSOLE_LOGLEVEL_DEBUG;
}

/* Called only when the livepatch is disabled: undo what post_patch did. */
static void pre_unpatch(struct klp_object *obj)
{
	int *original = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE)->data;

	pr_info("%s: restoring console_loglevel\n", __func__);
	console_loglevel = *original;
}

/*
 * A reversed transition has not taken over anything yet, so there is nothing to
 * free, and the other livepatch keeps its data.
 */
static void post_unpatch(struct klp_object *obj)
{
	struct klp_state *state = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE);

	if (!state->data) {
		pr_info("%s: keeping console_loglevel as it is\n", __func__);
		return;
	}
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
MODULE_DESCRIPTION("Livepatch that sets console_loglevel, version 2");
MODULE_INFO(livepatch, "Y");
