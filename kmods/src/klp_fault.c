// SPDX-License-Identifier: GPL-2.0
/*
 * klp_fault - makes one call by livepatch fail
 *
 * Parameters:
 *
 *   function  the name of a function in faults[] below.
 *   nth       which of the calls that kernel/livepatch makes to it fails; the
 *             first one is 1. Calls from anywhere else are not counted.
 *
 * The function does not run in the call that fails: a kprobe redirects the CPU
 * to a function that only returns the failure's value. Unlike failslab or
 * fail_function, this needs no special kernel, only CONFIG_KPROBES. The log
 * says when the call fails or, if the module is removed before, that the call
 * was not made.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#define MAX_SYMBOLS 10

static char *function = "";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "the function that fails");

static uint nth = 1;
module_param(nth, uint, 0444);
MODULE_PARM_DESC(nth, "which of livepatch's calls fails, from 1 (default 1)");

static noinline long return_zero(void)
{
	return 0;
}

static noinline long return_enomem(void)
{
	return -ENOMEM;
}

static noinline long return_einval(void)
{
	return -EINVAL;
}

/*
 * kmalloc stands for all functions with which livepatch allocates: kzalloc() of
 * a constant size has had four names, and kstrdup() is in another file.
 */
static const struct fault {
	const char *function;
	long (*instead)(void);
	const char *symbols[MAX_SYMBOLS]; /* a kernel has only some */
} faults[] = {
	{ "kmalloc", return_zero, {
		"__kmalloc_cache_noprof",	/* since 6.11 */
		"kmalloc_trace_noprof",		/* 6.10 */
		"kmalloc_trace",		/* 6.2 to 6.9 */
		"kmem_cache_alloc_trace",	/* until 6.1 */
		"__kmalloc_noprof", "__kmalloc", "kstrdup_noprof", "kstrdup" } },
	{ "kobject_add", return_enomem, { "kobject_add" } },
	{ "ftrace_set_filter_ip", return_enomem, { "ftrace_set_filter_ip" } },
	{ "register_ftrace_function", return_enomem, { "register_ftrace_function" } },
	{ "kallsyms_lookup_size_offset", return_zero, { "kallsyms_lookup_size_offset" } },
	{ "try_module_get", return_zero, { "try_module_get" } },
	{ "stack_trace_save_tsk_reliable", return_einval, { "stack_trace_save_tsk_reliable" } },
};

static const struct fault *fault;
static struct kprobe probes[MAX_SYMBOLS];
static int armed;
static atomic_t calls = ATOMIC_INIT(0);

/*
 * Functions of livepatch are called klp_*. So are those of klptest's modules,
 * but their symbols end in [MODULE]. The call is before the address to which it
 * returns.
 */
static bool is_livepatch(unsigned long address)
{
	char name[128];

	snprintf(name, sizeof(name), "%ps", (void *)(address - 1));
	return strncmp(name + strspn(name, "_"), "klp_", 4) == 0 && !strchr(name, '[');
}

/* On x86, the return address is on top of the stack when a function starts. */
static int before(struct kprobe *probe, struct pt_regs *regs)
{
	if (!is_livepatch(*(unsigned long *)kernel_stack_pointer(regs)))
		return 0;
	if (atomic_inc_return(&calls) != nth)
		return 0;
	pr_info("call %u of %s fails\n", nth, fault->function);
	instruction_pointer_set(regs, (unsigned long)fault->instead);
	return 1;
}

/* Keeps the kprobe from becoming a jump, which could not change the flow. */
static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static void disarm(void)
{
	while (armed > 0)
		unregister_kprobe(&probes[--armed]);
}

static int arm(const char *symbol)
{
	struct kprobe *probe = &probes[armed];
	int ret;

	probe->symbol_name = symbol;
	probe->pre_handler = before;
	probe->post_handler = after;
	ret = register_kprobe(probe);
	if (!ret)
		armed++;
	return ret == -ENOENT ? 0 : ret;
}

static int __init klp_fault_init(void)
{
	int i, ret = 0;

	for (i = 0; i < ARRAY_SIZE(faults) && !fault; i++)
		if (!strcmp(faults[i].function, function))
			fault = &faults[i];
	if (!fault || !nth)
		return -EINVAL;
	for (i = 0; i < MAX_SYMBOLS && fault->symbols[i] && !ret; i++)
		ret = arm(fault->symbols[i]);
	if (!ret && !armed)
		ret = -ENOENT;
	if (ret)
		disarm();
	return ret;
}

static void __exit klp_fault_exit(void)
{
	disarm();
	if (atomic_read(&calls) < nth)
		pr_warn("no call %u of %s: livepatch has made %d\n", nth, fault->function, atomic_read(&calls));
}

module_init(klp_fault_init);
module_exit(klp_fault_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("One call that livepatch makes fails");
