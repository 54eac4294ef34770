// SPDX-License-Identifier: GPL-2.0
/*
 * klp_other - a second module to be livepatched
 *
 * Unlike klp_target, it can be loaded and removed while klp_target's tasks hold
 * a transition open. It does nothing.
 */
#include <linux/module.h>

static int __init klp_other_init(void)
{
	return 0;
}

static void __exit klp_other_exit(void)
{
}

module_init(klp_other_init);
module_exit(klp_other_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A second module to be livepatched");
