/*
 * Groups come and go: armed and removed, many times over, no part keeps a descriptor too many.
 *
 *     scratch
 *     ├── anchor (32 MiB, armed)    stays, so that the daemon has something to do
 *     └── g0 ... g49 (32 MiB)       made, armed, removed; four rounds make 200
 */
#include <stdio.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define ROUND_GROUPS 50
#define ROUNDS 4

static struct instance instance;
static struct cg groups[ROUND_GROUPS];

static bool all_armed(void)
{
	for (int i = 0; i < ROUND_GROUPS; i++)
		if (!cg_killer_off(&groups[i]))
			return false;
	return true;
}

static bool all_forgotten(void)
{
	return json_number(instance_page(&instance), "counts.armed") == 1;
}

static void one_round(void)
{
	for (int i = 0; i < ROUND_GROUPS; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "g%d", i);
		groups[i] = cg_make(name, 32);
	}
	expect_within(30000, all_armed());
	for (int i = 0; i < ROUND_GROUPS; i++)
		cg_remove(&groups[i]);
	expect_within(30000, all_forgotten());
}

static unsigned int open_in(enum part part)
{
	return process_descriptors(instance_pid(&instance, part));
}

static void no_descriptor_is_leaked(void)
{
	static const enum part parts[] = { PART_GUARDIAN, PART_HANDLER, PART_SUPERVISOR };
	unsigned int before[3];
	struct cg anchor = cg_make("anchor", 32);

	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &anchor);
	one_round();
	for (int i = 0; i < 3; i++)
		before[i] = open_in(parts[i]);
	for (int round = 1; round < ROUNDS; round++)
		one_round();
	for (int i = 0; i < 3; i++) {
		expect_within(10000, open_in(parts[i]) <= before[i]);
		test_note("part %d: %u descriptors before, %u after", i, before[i],
			  open_in(parts[i]));
	}
	expect(json_number(instance_page(&instance), "handler.generation") == 1);
}

static const struct test tests[] = {
	{ .name = "no-descriptor-is-leaked", .run = no_descriptor_is_leaked, .seconds = 180 },
};
TEST_MAIN(tests)
