/*
 * Writing 1 again right after 0 puts the task to sleep that the kernel was about to kill (KERNEL.md K3:
 * 30 of 30 at 0.1 ms). Step `kernel` in many groups at once: in each the kernel kills, and the handler
 * arms again only after that.
 *
 *     scratch
 *     ├── g0  (8 MiB, armed; Step=kernel)    hog
 *     ...
 *     └── g19
 */
#include <stdio.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define GROUPS 20

static struct cg groups[GROUPS];
static struct task *hogs[GROUPS];
static struct instance instance;

static bool all_armed(void)
{
	for (int i = 0; i < GROUPS; i++)
		if (!cg_killer_off(&groups[i]))
			return false;
	return true;
}

static void kernel_kills_in_every_group(void)
{
	instance = instance_make("daemon");
	for (int i = 0; i < GROUPS; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "g%d", i);
		groups[i] = cg_make(name, 8);
	}
	instance_policy_all(&instance, "Step=kernel\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_within(20000, all_armed());
	for (int i = 0; i < GROUPS; i++)
		hogs[i] = task_start(&groups[i], "hog");
	for (int i = 0; i < GROUPS; i++)
		task_touch(hogs[i], 16);
	for (int i = 0; i < GROUPS; i++) {
		expect_within(5000, task_killed(hogs[i]));
		expect(cg_level(&groups[i]).kills == 1);
	}
	expect_within(20000, all_armed());
}

static const struct test tests[] = {
	{ .name = "kernel-kills-in-every-group", .run = kernel_kills_in_every_group },
};
TEST_MAIN(tests)
