/*
 * A raise that meets a second task on its way to sleep can leave it asleep beside free memory
 * (KERNEL.md K1: 93 of 52 225 at a random moment). So in many groups at once two tasks run into the limit
 * shortly after each other, again and again; each raise is enough for both, and none may stay asleep.
 *
 *     scratch
 *     ├── g0  (4 MiB, armed; lends 1 MiB at a time)    left, right
 *     ...
 *     └── g23
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define GROUPS 24
#define ROUNDS 8
/* Two wishes fit into one loan, and not into what two processors hold charged in stock (63 pages each). */
#define WISH (384 * BYTES_PER_KIB)
#define FILL (64 * BYTES_PER_KIB)
#define APART_USEC_MAX 900 /* from a fault to its sleep it takes up to 0.9 ms (KERNEL.md K1) */

struct pair {
	struct cg cg;
	struct task *left, *right;
};

static struct pair pairs[GROUPS];
static struct instance instance;

static bool all_armed(void)
{
	for (int i = 0; i < GROUPS; i++)
		if (!instance_group_is(&instance, &pairs[i].cg, "armed"))
			return false;
	return true;
}

static void populate(struct pair *pair, int number)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "g%d", number);
	pair->cg = cg_make(name, 4);
	pair->left = task_start(&pair->cg, "left");
	pair->right = task_start(&pair->cg, "right");
}

static void ask(struct task *task, uint64_t bytes)
{
	task_touch_bytes(task, atomic_load(&task->page->wanted) + bytes);
}

/* Up to the limit, so that each wish from now on runs into it. */
static void fill(struct pair *pair)
{
	while (cg_get(&pair->cg, CG_LIMIT) - cg_get(&pair->cg, CG_USAGE) > FILL) {
		ask(pair->left, FILL);
		expect_within(5000, task_done(pair->left));
	}
}

static void expect_served(struct pair *pair)
{
	if (within(5000, task_done(pair->left) && task_done(pair->right)))
		return;
	test_nap_msec(1500); /* for the record to reach the status page */
	test_fail(TEST_HERE, "%s: asleep or killed; last record: %s", cg_label(&pair->cg),
		  json_object_to_json_string(instance_record(&instance, &pair->cg)));
}

/* The episode is over, not only the sleep: until then a new sleeper is the same episode's next step. */
static bool all_closed(int64_t episodes)
{
	for (int i = 0; i < GROUPS; i++) {
		struct json_object *group = instance_group(&instance, &pairs[i].cg);

		if (json_number(group, "episodes") < episodes ||
		    strcmp(json_text(group, "state"), "armed") != 0)
			return false;
	}
	return true;
}

static void one_round(int number)
{
	for (int i = 0; i < GROUPS; i++)
		fill(&pairs[i]);
	for (int i = 0; i < GROUPS; i++) {
		struct timespec apart = { .tv_nsec = random() % (APART_USEC_MAX * 1000) };

		ask(pairs[i].left, WISH);
		(void)nanosleep(&apart, NULL);
		ask(pairs[i].right, WISH);
	}
	for (int i = 0; i < GROUPS; i++)
		expect_served(&pairs[i]);
	expect_within(10000, all_closed(number));
}

static void nobody_sleeps_beside_free_memory(void)
{
	instance = instance_make("daemon");
	instance_policy_all(&instance,
			    "Step=raise-limit by=1M max=64M for=1h\nStep=kill\nDeadline=30s\n");
	instance_start(&instance, (struct instance_options){ 0 });
	for (int i = 0; i < GROUPS; i++)
		populate(&pairs[i], i);
	expect_within(20000, all_armed());
	for (int round = 1; round <= ROUNDS; round++)
		one_round(round);
	test_note("%d loans in %d groups", ROUNDS * GROUPS, GROUPS);
	expect(cg_get(&pairs[0].cg, CG_LIMIT) >= bytes_from_mib(4 + ROUNDS / 2).count);
}

static const struct test tests[] = {
	{ .name = "nobody-sleeps-beside-free-memory",
	  .run = nobody_sleeps_beside_free_memory,
	  .seconds = 120 },
};
TEST_MAIN(tests)
