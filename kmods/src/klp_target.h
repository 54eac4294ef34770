/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by klp_target's functions and their replacements in the probe. */
#ifndef KLP_TARGET_H
#define KLP_TARGET_H

#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/sched.h>

#include "klp_opaque.h"

/* How often a held task checks whether it has been released. */
#define KLP_TARGET_POLL_MS 20

/**
 * struct klp_target_hold - a task that keeps a transition open
 * @task:	the kthread, NULL when nothing is held
 * @inside:	completed by the function that holds the task, once the task is inside
 * @released:	tells that function to return
 */
struct klp_target_hold {
	struct task_struct *task;
	struct completion inside;
	bool released;
};

/*
 * Sleep until released. A macro, not a function: the sleep must be in the body
 * of the function that a stack check should find. It is uninterruptible, so
 * that livepatch's signal to remaining tasks changes nothing.
 */
#define klp_target_sleep(hold)					\
do {								\
	complete_all(&(hold)->inside);				\
	while (!READ_ONCE((hold)->released))			\
		msleep(KLP_TARGET_POLL_MS);			\
} while (0)

#endif /* KLP_TARGET_H */
