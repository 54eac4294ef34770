// SPDX-License-Identifier: GPL-2.0
/* A module that warns when it is told to. */
#include <linux/bug.h>
#include <linux/module.h>

static int warn;
module_param(warn, int, 0444);

static int __init test_klp_fake_init(void)
{
	WARN_ON(warn);
	return 0;
}

static void __exit test_klp_fake_exit(void)
{
}

module_init(test_klp_fake_init);
module_exit(test_klp_fake_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klptest: a module of selftests that are none");
