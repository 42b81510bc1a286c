/*
 * What the supervisor needs runs out: descriptors for a while, or slots because a container makes groups.
 *
 *     scratch
 *     ├── web (64 MiB, armed)
 *     │   └── inner-0, inner-1, ...    unmanaged
 *     └── new (32 MiB)                 made last, armed all the same
 */
#include <stdio.h>
#include <sys/resource.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

/* Room for 48 groups (slots.c): 24 of them may be descendants. */
#define FEW_DESCRIPTORS 1152
#define INNER_GROUPS 60
#define SHORTAGE_MSEC 5000

static struct instance instance;

static void make(const char *patterns)
{
	FILE *config;

	instance = instance_make("daemon");
	config = fopen(instance.config, "w");
	expect(config && fputs("[Supervisor]\nRescanInterval=1s\n", config) >= 0 &&
	       fclose(config) == 0);
	instance_policy(&instance, "50-test", "[Match]\n%s[OnOOM]\nStep=kill\n", patterns);
}

static void make_for(const char *first, const char *second)
{
	struct cg one = cg_named(first), two = cg_named(second);
	char patterns[2 * CG_PATH_SIZE];

	(void)snprintf(patterns, sizeof(patterns), "Cgroup=%s\nCgroup=%s\n", cg_label(&one),
		       cg_label(&two));
	make(patterns);
}

static void supervisor_limit(rlim_t soft, struct rlimit *ret_former)
{
	struct rlimit limit;
	pid_t pid = instance_pid(&instance, PART_SUPERVISOR);

	expect(prlimit(pid, RLIMIT_NOFILE, NULL, &limit) == 0);
	*ret_former = limit;
	limit.rlim_cur = soft;
	expect(prlimit(pid, RLIMIT_NOFILE, &limit, NULL) == 0);
}

/* Every open fails for five seconds, with several looks at all groups in them. */
static void descriptors_run_out_for_a_while(void)
{
	struct cg web = cg_make("web", 32);
	struct rlimit former, unused;
	struct task *hog;
	int64_t before;

	make_for("web", "new");
	instance_start_armed(&instance, &web);
	before = json_number(instance_page(&instance), "updated_nsec");
	supervisor_limit(4, &former);
	for (struct nsec start = clock_now(); test_msec_since(start) < SHORTAGE_MSEC;) {
		expect(cg_killer_off(&web) && cg_has_attribute(&web));
		test_nap_msec(10);
	}
	expect(!instance_logged(&instance, "released"));
	supervisor_limit(former.rlim_cur, &unused);
	/* ... and it was the shortage that was tried: no page could be written meanwhile. */
	expect(instance_logged(&instance, "the status page cannot be written"));
	expect_within(5000, json_number(instance_page(&instance), "updated_nsec") >
				    before + (int64_t)(SHORTAGE_MSEC * NSEC_PER_MSEC));
	expect(instance_group_is(&instance, &web, "armed"));
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
}

static bool all_are_free(const struct cg *inner)
{
	for (int i = 0; i < INNER_GROUPS; i++)
		if (cg_killer_off(&inner[i]))
			return false;
	return true;
}

static void container_makes_many_groups(void)
{
	const struct rlimit few = { .rlim_cur = FEW_DESCRIPTORS, .rlim_max = FEW_DESCRIPTORS };
	struct cg web = cg_make("web", 64), new, inner[INNER_GROUPS];

	expect(setrlimit(RLIMIT_NOFILE, &few) == 0);
	make_for("web", "new");
	instance_start_armed(&instance, &web);
	for (int i = 0; i < INNER_GROUPS; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "web/inner-%d", i);
		inner[i] = cg_make(name, 0);
	}
	expect_within(10000, all_are_free(inner));
	new = cg_make("new", 32);
	expect_within(10000, instance_group_is(&instance, &new, "armed"));
	/* Nobody has asked for the inner ones, so nobody is told that they are not managed. */
	expect(!instance_logged(&instance, "/inner-"));
	expect(instance_stop(&instance) == 0);
	expect(all_are_free(inner));
}

static const struct test tests[] = {
	{ .name = "descriptors-run-out-for-a-while", .run = descriptors_run_out_for_a_while },
	{ .name = "container-makes-many-groups", .run = container_makes_many_groups },
};
TEST_MAIN(tests)
