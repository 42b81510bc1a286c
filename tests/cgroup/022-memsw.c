/*
 * A limit on memory and swap that is no higher than the one on memory, as container runtimes set it where
 * there is no swap: its counter is the one that refuses, and a loan has to raise both.
 *
 *     scratch
 *     └── web (32 MiB, the same with swap, armed)    small, hog
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define MEMSW_LIMIT "memory.memsw.limit_in_bytes"
#define PAGE 4096ULL
#define LEND "Step=raise-limit by=16M max=64M for=2s\nStep=kill\nDeadline=20s\n"

static struct instance instance;
static struct cg web;
static struct task *small, *hog;

/* @more: how much higher the limit with swap is. */
static void web_make(struct bytes limit, struct bytes more)
{
	char path[CG_PATH_SIZE + 64];

	web = cg_make("web", 0);
	(void)snprintf(path, sizeof(path), "%s/" MEMSW_LIMIT, web.path);
	if (access(path, F_OK) < 0)
		test_skip("needs swap accounting");
	cg_set(&web, CG_LIMIT, limit.count);
	cg_set(&web, MEMSW_LIMIT, limit.count + more.count);
}

static void start(const char *on_oom)
{
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
	small = task_start(&web, "small");
	hog = task_start(&web, "hog");
	task_fill(small, 4);
}

static void start_equal(const char *on_oom)
{
	web_make(bytes_from_mib(32), (struct bytes){ 0 });
	start(on_oom);
}

static bool limits_are(uint64_t limit, uint64_t memsw)
{
	return cg_get(&web, CG_LIMIT) == limit && cg_get(&web, MEMSW_LIMIT) == memsw;
}

static bool both_are(unsigned int mib)
{
	return limits_are(bytes_from_mib(mib).count, bytes_from_mib(mib).count);
}

static void resolved_by_kill(void)
{
	start_equal("Step=kill\n");
	for (int round = 0; round < 2; round++) {
		task_touch(hog, 64);
		witness_killed(&instance, &web, hog);
		expect(!task_exited(small));
		hog = task_start(&web, "hog");
	}
	expect(cg_level(&web).kills == 0);
	expect(instance_stop(&instance) == 0);
	expect(both_are(32) && cg_is_free(&web) && !cg_has_attribute(&web));
}

/* failcnt alone does not tell: 6.18 counts no refusal of this counter (measured on 6.18.44). */
static void record_names_the_counter(void)
{
	start_equal("Step=kill\n");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	expect(strcmp(json_text(instance_record_of(&instance, hog), "counter"), "memory+swap") ==
	       0);
}

static void told_in_a_dry_run(void)
{
	web_make(bytes_from_mib(32), (struct bytes){ 0 });
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ .dry_run = true });
	expect_within(10000, instance_group_is(&instance, &web, "held"));
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(10000, task_killed(hog));
	expect(cg_level(&web).kills == 1);
	expect_within(10000, instance_record(&instance, &web));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "dry-run") == 0);
}

static void both_are_lent_and_taken_back(void)
{
	start_equal(LEND);
	task_touch(hog, 36);
	expect_within(5000, task_done(hog));
	expect(both_are(48));
	task_exit(hog);
	expect_within(15000, both_are(32));
	expect_within(10000, !json_at(instance_group(&instance, &web), "lent"));
	/* The next loan starts from what was found, not from what was lent. */
	hog = task_start(&web, "hog");
	task_touch(hog, 36);
	expect_within(5000, task_done(hog));
	expect(both_are(48));
	task_exit(hog);
	expect_within(5000, task_exited(hog));
	expect(instance_stop(&instance) == 0);
	expect(both_are(32) && cg_is_free(&web) && !cg_has_attribute(&web));
	expect(!task_exited(small));
}

static void killed_when_all_is_lent(void)
{
	start_equal("Step=raise-limit by=16M max=48M for=30s\nStep=kill\nDeadline=20s\n");
	task_touch(hog, 128);
	witness_killed(&instance, &web, hog);
	expect(!task_exited(small));
	expect(both_are(48));
	expect(instance_stop(&instance) == 0);
	expect(both_are(32) && !cg_has_attribute(&web));
}

static void taken_back_after_the_handlers_death(void)
{
	start_equal("Step=raise-limit by=16M max=64M for=60s\nStep=kill\nDeadline=20s\n");
	task_touch(hog, 36);
	expect_within(5000, task_done(hog));
	expect(both_are(48));
	task_exit(hog);
	expect_within(5000, task_exited(hog));
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	expect_within(10000, both_are(32));
	expect_within(20000, cg_killer_off(&web));
}

static void taken_back_when_everything_is_dead(void)
{
	start_equal("Step=raise-limit by=16M max=64M for=60s\nStep=kill\nDeadline=20s\n");
	task_touch(hog, 36);
	expect_within(5000, task_done(hog));
	expect_within(5000, json_at(instance_group(&instance, &web), "lent"));
	test_nap_msec(1500); /* the loan reaches the group's attribute, where a stranger looks */
	task_exit(hog);
	expect_within(5000, task_exited(hog));
	instance_kill_all(&instance);
	expect(both_are(48));
	hand_back_expect(&instance, hand_back_start(&instance));
	expect(both_are(32) && cg_is_free(&web) && !cg_has_attribute(&web));
}

/* Room in between: only as much of the limit with swap is lent as the other one needs. */
static void higher_limit_with_swap(void)
{
	const uint64_t found = bytes_from_mib(32).count, with_swap = bytes_from_mib(36).count;

	web_make(bytes_from_mib(32), bytes_from_mib(4));
	start(LEND);
	task_touch(hog, 38);
	expect_within(5000, task_done(hog));
	expect(both_are(48));
	task_exit(hog);
	expect_within(15000, limits_are(found, with_swap));
	expect_within(10000, !json_at(instance_group(&instance, &web), "lent"));
	expect(instance_stop(&instance) == 0);
	expect(limits_are(found, with_swap));
}

/* A quarter of this is no whole number of pages: what is written must be what reads back. */
static void percent_of_an_odd_limit(void)
{
	const uint64_t found = bytes_from_mib(64).count + PAGE;

	web_make((struct bytes){ found }, (struct bytes){ 0 });
	start("Step=raise-limit by=25% max=150% for=2s\nStep=kill\nDeadline=20s\n");
	task_touch(hog, 70);
	expect_within(5000, task_done(hog));
	expect(cg_get(&web, CG_LIMIT) > found);
	expect(cg_get(&web, CG_LIMIT) <= found + found / 4);
	expect(cg_get(&web, MEMSW_LIMIT) == cg_get(&web, CG_LIMIT));
	task_exit(hog);
	expect_within(15000, limits_are(found, found));
	expect_within(10000, !json_at(instance_group(&instance, &web), "lent"));
	hog = task_start(&web, "hog");
	/* And as much as the policy allows, 150 % rounded down, with the loan out at the stop. */
	task_touch(hog, 200);
	witness_killed(&instance, &web, hog);
	expect(cg_get(&web, CG_LIMIT) > found && cg_get(&web, CG_LIMIT) <= found + found / 2);
	expect(instance_stop(&instance) == 0);
	expect(limits_are(found, found) && !cg_has_attribute(&web));
}

static const struct test tests[] = {
	{ .name = "resolved-by-kill", .run = resolved_by_kill },
	{ .name = "record-names-the-counter", .run = record_names_the_counter },
	{ .name = "told-in-a-dry-run", .run = told_in_a_dry_run },
	{ .name = "both-are-lent-and-taken-back", .run = both_are_lent_and_taken_back },
	{ .name = "killed-when-all-is-lent", .run = killed_when_all_is_lent },
	{ .name = "taken-back-after-the-handlers-death",
	  .run = taken_back_after_the_handlers_death },
	{ .name = "taken-back-when-everything-is-dead", .run = taken_back_when_everything_is_dead },
	{ .name = "higher-limit-with-swap", .run = higher_limit_with_swap },
	{ .name = "percent-of-an-odd-limit", .run = percent_of_an_odd_limit },
};
TEST_MAIN(tests)
