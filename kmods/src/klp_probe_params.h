/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probe's parameters, parsed into the structures that livepatch reads.
 *
 * Each list is split in a copy, because sysfs shows the parameter as it was
 * given. livepatch keeps pointers into the copies of objs= and funcs=, which
 * are freed with the module, or when it fails to load.
 */
#ifndef KLP_PROBE_PARAMS_H
#define KLP_PROBE_PARAMS_H

#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "klp_probe_data.h"
#include "klp_probe_funcs.h"

#define PROBE_MAX_OBJS	4
#define PROBE_MAX_FUNCS	8

static char *states = "";
module_param(states, charp, 0444);
MODULE_PARM_DESC(states, "ID:VERSION,... the states that the livepatch has (at most 8)");

static char *watch = "";
module_param(watch, charp, 0444);
MODULE_PARM_DESC(watch, "ID,... further states to look up in callbacks (at most 8)");

static bool replace;
module_param(replace, bool, 0444);
MODULE_PARM_DESC(replace, "the livepatch is cumulative (default 0)");

static char *objs = "vmlinux";
module_param(objs, charp, 0444);
MODULE_PARM_DESC(objs, "vmlinux,MODULE,... the objects, in order (at most 4, default vmlinux)");

static char *funcs = "";
module_param(funcs, charp, 0444);
MODULE_PARM_DESC(funcs, "[OBJECT:]NAME,... functions to patch (at most 8 for each object)");

static char *pre_patch_ret = "";
module_param(pre_patch_ret, charp, 0444);
MODULE_PARM_DESC(pre_patch_ret, "[OBJECT:]VALUE what pre_patch returns (default object: the first)");

static char *data = "";
module_param(data, charp, 0444);
MODULE_PARM_DESC(data, "alloc|take|copy|free|fail|leak: what to do about state->data");

static const char * const probe_mode_names[] = {
	[PROBE_NONE] = "",
	[PROBE_ALLOC] = "alloc",
	[PROBE_TAKE] = "take",
	[PROBE_COPY] = "copy",
	[PROBE_FREE] = "free",
	[PROBE_FAIL] = "fail",
	[PROBE_LEAK] = "leak",
};

/* Each ends with an empty entry. */
static struct klp_object probe_objs[PROBE_MAX_OBJS + 1];
static struct klp_func probe_funcs[PROBE_MAX_OBJS][PROBE_MAX_FUNCS + 1];
static unsigned long probe_watch[PROBE_MAX_STATES + 1];

static struct klp_object *probe_fail_obj;
static int probe_fail_ret;

/* The split copies of objs= and funcs=, which the livepatch points into. */
static char *probe_objs_text, *probe_funcs_text;

static const char *probe_obj_name(const struct klp_object *obj)
{
	return obj->name ?: "vmlinux";
}

static struct klp_object *probe_find_obj(const char *name)
{
	struct klp_object *obj;

	for (obj = probe_objs; obj->funcs; obj++)
		if (!strcmp(probe_obj_name(obj), name))
			return obj;
	return NULL;
}

static int probe_add_state(char *item)
{
	struct klp_state *state = probe_states;
	char *version = item;
	char *id = strsep(&version, ":");

	while (state->id)
		state++;
	if (state == &probe_states[PROBE_MAX_STATES] || !version)
		return -EINVAL;
	if (kstrtouint(version, 0, &state->version) || kstrtoul(id, 0, &state->id) || !state->id)
		return -EINVAL;
	return 0;
}

static int probe_add_watch(char *item)
{
	unsigned long *id = probe_watch;

	while (*id)
		id++;
	if (id == &probe_watch[PROBE_MAX_STATES] || kstrtoul(item, 0, id) || !*id)
		return -EINVAL;
	return 0;
}

static int probe_add_obj(char *item)
{
	struct klp_object *obj = probe_objs;

	while (obj->funcs)
		obj++;
	if (!*item || obj == &probe_objs[PROBE_MAX_OBJS] || probe_find_obj(item))
		return -EINVAL;
	obj->name = strcmp(item, "vmlinux") ? item : NULL;
	obj->funcs = probe_funcs[obj - probe_objs];
	return 0;
}

static const struct probe_func *probe_find_func(const char *object, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probe_table); i++)
		if (!strcmp(probe_table[i].name, name) &&
		    (!object || !strcmp(probe_table[i].object, object)))
			return &probe_table[i];
	return NULL;
}

static int probe_add_func(char *item)
{
	char *name = strchr(item, ':');
	const char *object = name ? item : NULL;
	const struct probe_func *known;
	struct klp_object *obj;
	struct klp_func *func;

	if (name)
		*name++ = '\0';
	else
		name = item;
	known = probe_find_func(object, name);
	if (!object)
		object = known ? known->object : "vmlinux";
	obj = probe_find_obj(object);
	if (!*name || !obj)
		return -EINVAL;
	func = obj->funcs;
	while (func->old_name)
		func++;
	if (func == &obj->funcs[PROBE_MAX_FUNCS])
		return -EINVAL;
	func->old_name = name;
	func->new_func = known ? known->new_func : probe_unknown;
	return 0;
}

static int probe_set_fail(char *item)
{
	char *value = strchr(item, ':');

	if (value)
		*value++ = '\0';
	probe_fail_obj = value ? probe_find_obj(item) : probe_objs;
	if (!probe_fail_obj)
		return -EINVAL;
	return kstrtoint(value ?: item, 0, &probe_fail_ret);
}

static int probe_set_mode(char *item)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probe_mode_names); i++) {
		if (!strcmp(probe_mode_names[i], item)) {
			probe_mode = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* Passes each item of a list to add(), and logs the first one that it refuses. */
static int probe_split(const char *param, char *list, int (*add)(char *item))
{
	char *item, *shown;
	int ret = 0;

	if (!*list)
		return 0;
	while (!ret && (item = strsep(&list, ","))) {
		shown = kstrdup(item, GFP_KERNEL);
		if (!shown)
			return -ENOMEM;
		ret = add(item) ? -EINVAL : 0;
		if (ret)
			pr_err("%s: bad value '%s'\n", param, shown);
		kfree(shown);
	}
	return ret;
}

/* Like probe_split(), for a list into which nothing points afterwards. */
static int probe_split_copy(const char *param, const char *list, int (*add)(char *item))
{
	char *copy = kstrdup(list, GFP_KERNEL);
	int ret = copy ? probe_split(param, copy, add) : -ENOMEM;

	kfree(copy);
	return ret;
}

static int probe_split_kept(const char *param, const char *list, char **kept,
			    int (*add)(char *item))
{
	*kept = kstrdup(list, GFP_KERNEL);
	return *kept ? probe_split(param, *kept, add) : -ENOMEM;
}

/* Objects come first, because the others name them. */
static int probe_parse(void)
{
	int ret = probe_split_kept("objs", objs, &probe_objs_text, probe_add_obj);

	if (!ret)
		ret = probe_split_kept("funcs", funcs, &probe_funcs_text, probe_add_func);
	if (!ret)
		ret = probe_split_copy("states", states, probe_add_state);
	if (!ret)
		ret = probe_split_copy("watch", watch, probe_add_watch);
	if (!ret)
		ret = probe_split_copy("pre_patch_ret", pre_patch_ret, probe_set_fail);
	if (!ret)
		ret = probe_split_copy("data", data, probe_set_mode);
	return ret;
}

static void probe_free_params(void)
{
	kfree(probe_objs_text);
	kfree(probe_funcs_text);
	probe_objs_text = NULL;
	probe_funcs_text = NULL;
}

#endif /* KLP_PROBE_PARAMS_H */
