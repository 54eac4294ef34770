/* SPDX-License-Identifier: GPL-2.0 */
/* The functions that the probe can patch, and their replacements. */
#ifndef KLP_PROBE_FUNCS_H
#define KLP_PROBE_FUNCS_H

#include <linux/seq_file.h>

#include "klp_target.h"

/*
 * Functions of fs/proc that print a file of /proc and are called through a
 * pointer, so that no compiler inlines them or changes their signature.
 */
#define PROBE_SHOW(func)							\
	static klp_opaque int probe_##func(struct seq_file *m, void *v)		\
	{									\
		seq_printf(m, "%s: %s\n", KBUILD_MODNAME, #func);		\
		klp_opaque_end();						\
		return 0;							\
	}

PROBE_SHOW(cmdline_proc_show)	/* /proc/cmdline */
PROBE_SHOW(loadavg_proc_show)	/* /proc/loadavg */
PROBE_SHOW(uptime_proc_show)	/* /proc/uptime */
PROBE_SHOW(version_proc_show)	/* /proc/version */

static klp_opaque int probe_klp_target_value(void)
{
	klp_opaque_end();
	return PROBE_NUMBER;
}

static klp_opaque void probe_klp_target_hold_old(struct klp_target_hold *hold)
{
	klp_target_sleep(hold);
	klp_opaque_end();
}

static klp_opaque void probe_klp_target_hold_new(struct klp_target_hold *hold)
{
	klp_target_sleep(hold);
	klp_opaque_end();
}

/*
 * Replaces a function that is not in the table. It is meant for names that do
 * not exist, whose symbol is never found; it would replace a real function
 * whatever its signature.
 */
static klp_opaque void probe_unknown(void)
{
	klp_opaque_end();
}

/**
 * struct probe_func - a function for which the probe has a replacement
 * @object:	the object that has it
 * @name:	its name there
 * @new_func:	the replacement
 */
struct probe_func {
	const char *object;
	const char *name;
	void *new_func;
};

#define PROBE_FUNC(object, name) { object, #name, probe_##name }

static const struct probe_func probe_table[] = {
	PROBE_FUNC("vmlinux", cmdline_proc_show),
	PROBE_FUNC("vmlinux", loadavg_proc_show),
	PROBE_FUNC("vmlinux", uptime_proc_show),
	PROBE_FUNC("vmlinux", version_proc_show),
	PROBE_FUNC("klp_target", klp_target_value),
	PROBE_FUNC("klp_target", klp_target_hold_old),
	PROBE_FUNC("klp_target", klp_target_hold_new),
};

#endif /* KLP_PROBE_FUNCS_H */
