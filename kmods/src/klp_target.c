// SPDX-License-Identifier: GPL-2.0
/*
 * klp_target - a module to be livepatched, and tasks that hold transitions open
 *
 * Parameters, in /sys/module/klp_target/parameters/:
 *
 *   value     reads klp_target_value(): 0, or the number of the probe that
 *             patches it (klp_a: 1 ... klp_h: 8).
 *   hold_old  1: start a task that sleeps in klp_target_hold_old(); the write
 *             returns when the task is inside. 0: let it out; the write
 *             returns when the task has ended.
 *   hold_new  1: start a task that calls klp_target_hold_new() every 20 ms.
 *             The original returns at once, the probe's replacement sleeps.
 *             2: wait, at most a minute, until the task sleeps in a
 *             replacement. 0: as with hold_old.
 *             Both read 0: no task, 1: a task, 2: it sleeps in the function.
 *   number    is klp_target_number, which klp_rela reads.
 *   init_ret  what init returns, after livepatches were applied to this module.
 *
 * The effect of a task on a transition follows from klp_check_stack() in
 * kernel/livepatch/transition.c. A sleeping task switches unless its stack has
 * the version of a function that the transition leaves. While a livepatch P is
 * being enabled, that is the version before P of a function that P patches;
 * while P is being disabled or its enabling reversed, it is P's own. A task
 * never blocks a livepatch that does not patch its function.
 *
 * hold_old, started while nothing patches klp_target_hold_old(), sleeps in the
 * original. It blocks the enabling of the first livepatch of that function.
 * Reversing that transition succeeds while the task sleeps on: it has not
 * switched, and the new code is not on its stack. Started while P patches the
 * function, it sleeps in P's replacement (which does the same). It blocks P's
 * disabling, and the enabling of a livepatch that patches the function on top
 * of P or replaces P.
 *
 * hold_new switches to the patched state by itself: between two calls it
 * sleeps outside of the function. It then sleeps in P's replacement. It does
 * not block P's enabling, but it blocks P's disabling, and P's reversal while
 * another task holds the enabling open. It enters the replacement up to 20 ms
 * after the switch, and the switch takes a second if the task was just
 * running; hence the 2. The same task blocks a livepatch that replaces P or
 * patches the function on top of P. When the function is unpatched or replaced
 * while the task is held, only 0 lets it out.
 *
 * So "enable P held, reverse, reverse again" needs both: hold_old keeps the
 * enabling open, and hold_new the reversal.
 *
 * rmmod lets both tasks out first. While a write to a parameter waits, all
 * parameters are locked.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>

#include "klp_target.h"

#define INSIDE_TIMEOUT (60 * HZ)

static int init_ret;
module_param(init_ret, int, 0444);
MODULE_PARM_DESC(init_ret, "what init returns (default 0)");

static int klp_target_number = 21;
module_param_named(number, klp_target_number, int, 0444);
MODULE_PARM_DESC(number, "klp_target_number, for a livepatch that reads it (default 21)");

/* Held while tasks are started and ended, which happens only between init and exit. */
static DEFINE_MUTEX(hold_mutex);
static bool hold_allowed;

static klp_opaque int klp_target_value(void)
{
	klp_opaque_end();
	return 0;
}

/* Called by a livepatch only. */
static klp_opaque int klp_target_twice(int number)
{
	klp_opaque_end();
	return 2 * number;
}

static klp_opaque void klp_target_hold_old(struct klp_target_hold *hold)
{
	klp_target_sleep(hold);
	klp_opaque_end();
}

static klp_opaque void klp_target_hold_new(struct klp_target_hold *hold)
{
	klp_opaque_end();
}

static int hold_old_thread(void *arg)
{
	klp_call(klp_target_hold_old, arg);
	while (!kthread_should_stop())
		msleep(KLP_TARGET_POLL_MS);
	return 0;
}

static int hold_new_thread(void *arg)
{
	while (!kthread_should_stop()) {
		klp_call(klp_target_hold_new, arg);
		msleep(KLP_TARGET_POLL_MS);
	}
	return 0;
}

static int hold_start(struct klp_target_hold *hold, int (*thread)(void *), const char *name)
{
	struct task_struct *task;

	if (!hold_allowed)
		return -ENODEV;
	if (hold->task)
		return -EBUSY;
	init_completion(&hold->inside);
	WRITE_ONCE(hold->released, false);
	task = kthread_run(thread, hold, "%s", name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	hold->task = task;
	return 0;
}

static int hold_wait(struct klp_target_hold *hold)
{
	if (!hold->task)
		return -ESRCH;
	if (!wait_for_completion_timeout(&hold->inside, INSIDE_TIMEOUT))
		return -ETIMEDOUT;
	return 0;
}

static void hold_stop(struct klp_target_hold *hold)
{
	if (!hold->task)
		return;
	WRITE_ONCE(hold->released, true);
	kthread_stop(hold->task);
	hold->task = NULL;
}

static struct klp_target_hold hold_old, hold_new;

static int hold_old_set(const char *val, const struct kernel_param *kp)
{
	unsigned int want;
	int ret = kstrtouint(val, 0, &want);

	if (ret || want > 1)
		return -EINVAL;
	mutex_lock(&hold_mutex);
	if (!want)
		hold_stop(&hold_old);
	else
		ret = hold_start(&hold_old, hold_old_thread, "klp_hold_old");
	if (want && !ret)
		ret = hold_wait(&hold_old);
	mutex_unlock(&hold_mutex);
	return ret;
}

static int hold_new_set(const char *val, const struct kernel_param *kp)
{
	unsigned int want;
	int ret = kstrtouint(val, 0, &want);

	if (ret || want > 2)
		return -EINVAL;
	mutex_lock(&hold_mutex);
	if (!want)
		hold_stop(&hold_new);
	else if (want == 1)
		ret = hold_start(&hold_new, hold_new_thread, "klp_hold_new");
	else
		ret = hold_wait(&hold_new);
	mutex_unlock(&hold_mutex);
	return ret;
}

static int hold_get(char *buffer, const struct kernel_param *kp)
{
	struct klp_target_hold *hold = kp->arg;
	int state = 0;

	mutex_lock(&hold_mutex);
	if (hold->task)
		state = completion_done(&hold->inside) ? 2 : 1;
	mutex_unlock(&hold_mutex);
	return scnprintf(buffer, PAGE_SIZE, "%d\n", state);
}

static int value_get(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%d\n", klp_call(klp_target_value));
}

static const struct kernel_param_ops value_ops = { .get = value_get };
static const struct kernel_param_ops hold_old_ops = { .set = hold_old_set, .get = hold_get };
static const struct kernel_param_ops hold_new_ops = { .set = hold_new_set, .get = hold_get };

module_param_cb(value, &value_ops, NULL, 0444);
MODULE_PARM_DESC(value, "what klp_target_value() returns now");
module_param_cb(hold_old, &hold_old_ops, &hold_old, 0644);
MODULE_PARM_DESC(hold_old, "1: hold a task in klp_target_hold_old(), 0: let it out");
module_param_cb(hold_new, &hold_new_ops, &hold_new, 0644);
MODULE_PARM_DESC(hold_new, "1: call klp_target_hold_new(), 2: wait until held, 0: let it out");

static int __init klp_target_init(void)
{
	if (init_ret)
		return init_ret;
	mutex_lock(&hold_mutex);
	hold_allowed = true;
	mutex_unlock(&hold_mutex);
	return 0;
}

static void __exit klp_target_exit(void)
{
	mutex_lock(&hold_mutex);
	hold_allowed = false;
	hold_stop(&hold_old);
	hold_stop(&hold_new);
	mutex_unlock(&hold_mutex);
}

module_init(klp_target_init);
module_exit(klp_target_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A module to be livepatched, with tasks that hold transitions open");
