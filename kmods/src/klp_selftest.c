// SPDX-License-Identifier: GPL-2.0
/*
 * klp_selftest - kernel messages for klptest's self-test
 *
 * Parameters, in /sys/module/klp_selftest/parameters/, to be written:
 *
 *   burst  N: log N records, numbered from 1, as fast as the kernel can.
 *   warn   anything: WARN.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#include "klp_opaque.h"

#define MAX_BURST 1000

static int burst_set(const char *val, const struct kernel_param *kp)
{
	unsigned int i, n;

	if (kstrtouint(val, 0, &n) || n > MAX_BURST)
		return -EINVAL;
	for (i = 1; i <= n; i++)
		pr_info("record %u of %u\n", i, n);
	return 0;
}

/* Its name is in the splat. */
static klp_opaque void klp_selftest_warn(void)
{
	WARN(1, "%s: as asked for\n", KBUILD_MODNAME);
	klp_opaque_end();
}

static int warn_set(const char *val, const struct kernel_param *kp)
{
	klp_call(klp_selftest_warn);
	return 0;
}

static const struct kernel_param_ops burst_ops = { .set = burst_set };
static const struct kernel_param_ops warn_ops = { .set = warn_set };

module_param_cb(burst, &burst_ops, NULL, 0200);
MODULE_PARM_DESC(burst, "N: log N numbered records (at most 1000)");
module_param_cb(warn, &warn_ops, NULL, 0200);
MODULE_PARM_DESC(warn, "WARN");

static int __init klp_selftest_init(void)
{
	return 0;
}

static void __exit klp_selftest_exit(void)
{
}

module_init(klp_selftest_init);
module_exit(klp_selftest_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("What klptest's test of itself has the kernel say");
