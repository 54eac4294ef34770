// SPDX-License-Identifier: GPL-2.0
/*
 * klp_loglevel_v3 - the successor of v1 and v2: copies their state
 *
 * v1 and v2 restore the original console_loglevel even if somebody has set
 * another one meanwhile (with dmesg -n, say). v3 leaves such a loglevel
 * alone. For this it must remember more, so it cannot use the memory of v1
 * and v2.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>

#define CONSOLE_LOGLEVEL_STATE 1
/* Version 3: state->data points to struct loglevel; before, to an int. */
#define CONSOLE_LOGLEVEL_STATE_VERSION 3

/**
 * struct loglevel - the remembered loglevels
 * @original:	the loglevel without any livepatch
 * @set:	the loglevel that this livepatch has set
 */
struct loglevel {
	int original;
	int set;
};

static struct klp_patch patch;

/* The memory of v1 and v2 is too small: always allocate. */
static int pre_patch(struct klp_object *obj)
{
	struct loglevel *level = kzalloc(sizeof(*level), GFP_KERNEL);

	pr_info("%s: allocating memory for two loglevels\n", __func__);
	klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE)->data = level;
	return level ? 0 : -ENOMEM;
}

/* The version determines the kind of data. */
static int original_of(const struct klp_state *state)
{
	if (state->version < 3)
		return *(int *)state->data;
	return ((struct loglevel *)state->data)->original;
}

/* The replaced livepatch gets no more callbacks: free its data for it. */
static void post_patch(struct klp_object *obj)
{
	struct klp_state *prev = klp_get_prev_state(CONSOLE_LOGLEVEL_STATE);
	struct loglevel *level = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE)->data;

	level->original = console_loglevel;
	level->set = CONSOLE_LOGLEVEL_MOTORMOUTH;
	if (prev && prev->data) {
		pr_info("%s: copying the original console_loglevel, freeing the old data\n",
			__func__);
		level->original = original_of(prev);
		kfree(prev->data);
		prev->data = NULL;
	}
	pr_info("%s: setting console_loglevel to %d\n", __func__, level->set);
	console_loglevel = level->set;
}

/* Called only when the livepatch is disabled: undo what post_patch did. */
static void pre_unpatch(struct klp_object *obj)
{
	struct loglevel *level = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE)->data;

	if (console_loglevel != level->set) {
		pr_info("%s: console_loglevel was changed meanwhile, keeping it\n", __func__);
		return;
	}
	pr_info("%s: restoring console_loglevel\n", __func__);
	console_loglevel = level->original;
}

/* Also called when the transition is reversed: undo pre_patch. */
static void post_unpatch(struct klp_object *obj)
{
	struct klp_state *state = klp_get_state(&patch, CONSOLE_LOGLEVEL_STATE);

	pr_info("%s: freeing the two loglevels\n", __func__);
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
MODULE_DESCRIPTION("Livepatch that sets console_loglevel, version 3");
MODULE_INFO(livepatch, "Y");
