// SPDX-License-Identifier: GPL-2.0
#include <linux/ftrace.h>
#include <linux/module.h>

static void nothing(unsigned long ip, unsigned long parent, struct ftrace_ops *op, struct ftrace_regs *regs)
{
}

static struct ftrace_ops ops = { .func = nothing };
static char name[] = "cmdline_proc_show";

static int __init leaver_init(void)
{
	add_taint(TAINT_WARN, LOCKDEP_STILL_OK);
	if (ftrace_set_filter(&ops, name, sizeof(name) - 1, 1))
		return -ENOENT;
	return register_ftrace_function(&ops);
}

static void __exit leaver_exit(void)
{
	unregister_ftrace_function(&ops);
}

module_init(leaver_init);
module_exit(leaver_exit);
MODULE_LICENSE("GPL");
