/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probe: a livepatch whose states, objects, functions and callbacks come
 * from module parameters, and whose callbacks log what they see.
 *
 * klp_a.c ... klp_h.c define PROBE_NUMBER and include this file, so that eight
 * of them can be loaded at once.
 *
 * Each callback logs one line on entry, with the results of klp_get_state()
 * and klp_get_prev_state() for each id of states= and watch=:
 *
 *   klp_b: post_patch vmlinux: state 1 own=2:klp_b/1/1 prev=1:klp_a/1/1; state 2 own=5 prev=none
 *
 * that is, the version, and the name of state->data if there is any. Separate
 * lines log what the callback then does with the data, see klp_probe_data.h.
 * Only callbacks and loading log anything.
 *
 * A callback for a module that is loaded or removed while no livepatch is in
 * transition makes klp_get_prev_state() warn: the function is meant only for
 * transitions. Without states= and watch= it is not called.
 */
#ifndef KLP_PROBE_H
#define KLP_PROBE_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>

#include "klp_probe_params.h"

/* Less than the kernel's longest log record (LOG_LINE_MAX). */
#define PROBE_LINE_MAX 900

/* The line being built; klp_mutex serialises callbacks. */
static char probe_line[PROBE_LINE_MAX];
static size_t probe_line_len;

static __printf(1, 2) void probe_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	probe_line_len += vscnprintf(probe_line + probe_line_len,
				     sizeof(probe_line) - probe_line_len, fmt, args);
	va_end(args);
}

static void probe_say_state(const char *whose, const struct klp_state *state)
{
	if (!state)
		probe_say(" %s=none", whose);
	else if (!state->data)
		probe_say(" %s=%u", whose, state->version);
	else
		probe_say(" %s=%u:%s", whose, state->version, probe_data_name(state));
}

static void probe_say_id(unsigned long id)
{
	probe_say("%s state %lu", probe_line_len ? ";" : ":", id);
	probe_say_state("own", klp_get_state(&probe_patch, id));
	probe_say_state("prev", klp_get_prev_state(id));
}

static void probe_log(const char *callback, const struct klp_object *obj)
{
	const struct klp_state *state;
	const unsigned long *id;

	probe_line[0] = '\0';
	probe_line_len = 0;
	for (state = probe_states; state->id; state++)
		probe_say_id(state->id);
	for (id = probe_watch; *id; id++)
		probe_say_id(*id);
	pr_info("%s %s%s\n", callback, probe_obj_name(obj), probe_line);
}

/* An object whose pre_patch failed gets no post_unpatch. */
static int probe_pre_patch(struct klp_object *obj)
{
	int ret = 0;

	probe_log("pre_patch", obj);
	if (obj == probe_objs)
		ret = probe_data_prepare_all();
	if (ret || obj != probe_fail_obj || !probe_fail_ret)
		return ret;
	if (obj == probe_objs)
		probe_data_drop_all();
	return probe_fail_ret;
}

static void probe_post_patch(struct klp_object *obj)
{
	probe_log("post_patch", obj);
	if (obj == probe_objs)
		probe_data_settle_all();
}

static void probe_pre_unpatch(struct klp_object *obj)
{
	probe_log("pre_unpatch", obj);
}

static void probe_post_unpatch(struct klp_object *obj)
{
	probe_log("post_unpatch", obj);
	if (obj == probe_objs)
		probe_data_drop_all();
}

static void probe_fill_patch(void)
{
	static const struct klp_callbacks callbacks = {
		.pre_patch = probe_pre_patch,
		.post_patch = probe_post_patch,
		.pre_unpatch = probe_pre_unpatch,
		.post_unpatch = probe_post_unpatch,
	};
	struct klp_object *obj;

	for (obj = probe_objs; obj->funcs; obj++)
		obj->callbacks = callbacks;
	probe_patch.mod = THIS_MODULE;
	probe_patch.objs = probe_objs;
	probe_patch.states = probe_states[0].id ? probe_states : NULL;
	probe_patch.replace = replace;
}

static int __init probe_init(void)
{
	int ret = probe_parse();

	if (!ret) {
		probe_fill_patch();
		ret = klp_enable_patch(&probe_patch);
	}
	if (ret)
		probe_free_params();
	return ret;
}

static void __exit probe_exit(void)
{
	probe_free_params();
}

module_init(probe_init);
module_exit(probe_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A livepatch that is programmed by parameters and logs its callbacks");
MODULE_INFO(livepatch, "Y");

#endif /* KLP_PROBE_H */
