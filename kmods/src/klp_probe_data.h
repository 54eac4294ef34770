/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probe's state->data: who allocates, takes over, copies and frees it.
 *
 * The callbacks of the first object call these functions, in the roles of
 * section 4 of Documentation/livepatch/system-state.rst. data= says how:
 *
 *		pre_patch		post_patch, when a livepatch was replaced
 *   (none)	nothing			nothing
 *   alloc	allocate		nothing: the other's data is lost
 *   take	allocate unless the	take over the pointer
 *		other provides data
 *   copy	allocate		copy the contents, free the other's data
 *   free	allocate		free the other's data
 *   fail	-ENOMEM			-
 *   leak	allocate		nothing
 *
 * post_unpatch frees the data that this livepatch owns, except with leak.
 * Before post_patch no data of another livepatch is touched, so a reversed or
 * failed enabling leaves the other one as it was.
 *
 * Only a replaced livepatch may lose its data. With replace=0 the earlier
 * livepatch stays enabled and frees its data itself: take and free then do what
 * alloc does, and copy copies without freeing.
 *
 * klp_get_prev_state() finds only the newest earlier livepatch. When several
 * with the same state are replaced at once, the data of the older ones is lost,
 * whatever data= says: their callbacks no longer run.
 *
 * When a disabling is reversed, post_patch is called a second time, without a
 * pre_patch; the data is settled by then and left alone.
 *
 * All of it runs under klp_mutex.
 */
#ifndef KLP_PROBE_DATA_H
#define KLP_PROBE_DATA_H

#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/slab.h>

#define PROBE_MAX_STATES 8

#define PROBE_MAGIC	0x6b6c7064
#define PROBE_POISON	0xdeadda7a

enum probe_mode {
	PROBE_NONE,
	PROBE_ALLOC,
	PROBE_TAKE,
	PROBE_COPY,
	PROBE_FREE,
	PROBE_FAIL,
	PROBE_LEAK,
};

/**
 * struct probe_data - what the state->data of a probe points to
 * @magic:	PROBE_MAGIC while it is allocated, PROBE_POISON after
 * @name:	MODULE/STATE/COUNT, of the livepatch that allocated it
 * @origin:	contents: the name of the data from which this one descends
 */
struct probe_data {
	u32 magic;
	char name[48];
	char origin[48];
};

static struct klp_state probe_states[PROBE_MAX_STATES + 1];
static unsigned int probe_data_count[PROBE_MAX_STATES];
static struct klp_patch probe_patch;
static enum probe_mode probe_mode;
static bool probe_settled;

/* Another module's data may be poisoned, freed or of another kind: check first. */
static bool probe_data_valid(const struct klp_state *state)
{
	const struct probe_data *data = state->data;

	return !WARN(data->magic != PROBE_MAGIC, "%s: data of state %lu has magic %08x\n",
		     KBUILD_MODNAME, state->id, data->magic);
}

static const char *probe_data_name(const struct klp_state *state)
{
	const struct probe_data *data = state->data;

	return probe_data_valid(state) ? data->name : "?";
}

/* A second entry with the same id is never found by klp_get_state(). */
static bool probe_state_shadowed(const struct klp_state *state)
{
	return klp_get_state(&probe_patch, state->id) != state;
}

/*
 * The state of the livepatch that is being replaced. While another livepatch
 * is in transition, klp_get_prev_state() may find this livepatch's own state:
 * a module that is loaded meanwhile gets our callbacks too.
 */
static struct klp_state *probe_replaced(const struct klp_state *own)
{
	struct klp_state *prev = klp_get_prev_state(own->id);

	return prev != own && prev && prev->data ? prev : NULL;
}

static int probe_data_alloc(struct klp_state *state)
{
	unsigned int count = ++probe_data_count[state - probe_states];
	struct probe_data *data = NULL;

	if (probe_mode != PROBE_FAIL)
		data = kzalloc(sizeof(*data), GFP_KERNEL);
	if (!data) {
		pr_info("no memory for %s/%lu/%u\n", KBUILD_MODNAME, state->id, count);
		return -ENOMEM;
	}
	data->magic = PROBE_MAGIC;
	scnprintf(data->name, sizeof(data->name), "%s/%lu/%u", KBUILD_MODNAME, state->id, count);
	memcpy(data->origin, data->name, sizeof(data->origin));
	state->data = data;
	pr_info("alloc %s\n", data->name);
	return 0;
}

static void probe_data_free(struct klp_state *state)
{
	struct probe_data *data = state->data;

	if (!data || !probe_data_valid(state))
		return;
	pr_info("free %s\n", data->name);
	data->magic = PROBE_POISON;
	kfree(data);
	state->data = NULL;
}

static void probe_data_take(struct klp_state *own, struct klp_state *prev)
{
	if (own->data)
		return;
	pr_info("take %s\n", probe_data_name(prev));
	own->data = prev->data;
	prev->data = NULL;
}

static void probe_data_copy(struct klp_state *own, struct klp_state *prev)
{
	struct probe_data *to = own->data, *from = prev->data;

	if (!to || !probe_data_valid(own) || !probe_data_valid(prev))
		return;
	pr_info("copy %s to %s\n", from->name, to->name);
	memcpy(to->origin, from->origin, sizeof(to->origin));
	if (probe_patch.replace)
		probe_data_free(prev);
}

static void probe_data_settle(struct klp_state *own)
{
	struct klp_state *prev = probe_replaced(own);

	if (!prev)
		return;
	if (probe_mode == PROBE_COPY)
		probe_data_copy(own, prev);
	else if (probe_mode == PROBE_TAKE && probe_patch.replace)
		probe_data_take(own, prev);
	else if (probe_mode == PROBE_FREE && probe_patch.replace)
		probe_data_free(prev);
}

static bool probe_data_provided(const struct klp_state *own)
{
	return probe_mode == PROBE_TAKE && probe_patch.replace && probe_replaced(own);
}

/* For post_unpatch, and for a pre_patch that fails. */
static void probe_data_drop_all(void)
{
	struct klp_state *state;

	if (probe_mode == PROBE_NONE || probe_mode == PROBE_LEAK)
		return;
	for (state = probe_states; state->id; state++)
		probe_data_free(state);
}

/* For pre_patch: all states get their data, or none does. */
static int probe_data_prepare_all(void)
{
	struct klp_state *state;
	int ret = 0;

	probe_settled = false;
	if (probe_mode == PROBE_NONE)
		return 0;
	for (state = probe_states; state->id && !ret; state++)
		if (!probe_state_shadowed(state) && !probe_data_provided(state))
			ret = probe_data_alloc(state);
	if (ret)
		probe_data_drop_all();
	return ret;
}

/* For post_patch. */
static void probe_data_settle_all(void)
{
	struct klp_state *state;

	for (state = probe_states; state->id && !probe_settled; state++)
		if (!probe_state_shadowed(state))
			probe_data_settle(state);
	probe_settled = true;
}

#endif /* KLP_PROBE_DATA_H */
