// SPDX-License-Identifier: GPL-2.0
/*
 * klp_rela - a livepatch with relocations of its own
 *
 * Its functions use static symbols of vmlinux and of klp_target (see
 * klp_rela.h):
 *
 *   /proc/cmdline            shows the name of livepatch's directory in sysfs
 *   value, of klp_target     is twice the parameter number of klp_target
 */
#include <linux/kobject.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "klp_rela.h"

extern struct kobject *klp_root KLP_SYM(vmlinux, klp_root_kobj, 0);
extern int target_number KLP_SYM(klp_target, klp_target_number, 0);
extern int target_twice(int number) KLP_SYM(klp_target, klp_target_twice, 0);

static int rela_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s: %s\n", KBUILD_MODNAME, kobject_name(klp_root));
	return 0;
}

static int rela_klp_target_value(void)
{
	return target_twice(target_number);
}

static struct klp_func vmlinux_funcs[] = {
	{ .old_name = "cmdline_proc_show", .new_func = rela_cmdline_proc_show }, { }
};
static struct klp_func target_funcs[] = {
	{ .old_name = "klp_target_value", .new_func = rela_klp_target_value }, { }
};
static struct klp_object objs[] = {
	{ .funcs = vmlinux_funcs }, { .name = "klp_target", .funcs = target_funcs }, { }
};
static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objs };

static int __init klp_rela_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit klp_rela_exit(void)
{
}

module_init(klp_rela_init);
module_exit(klp_rela_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A livepatch with relocations of its own");
MODULE_INFO(livepatch, "Y");
