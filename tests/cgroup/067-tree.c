/*
 * Groups that are made, renamed and removed are known at once, because the kernel tells of them: no
 * directory is watched, and the hierarchy is walked once an hour.
 *
 *     scratch
 *     ├── anchor (32 MiB, armed)          stays
 *     ├── a/b/c/d/e (16 MiB each)         five levels, made at once
 *     └── wide-0 ... wide-299 (4 MiB)
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/source.h"
#include "cgroup/test.h"

#define TOLD_MSEC 3000 /* a second is the promise; the machine may be busy */
#define WIDE 300
#define LOOPS 200
#define LEVELS 5

static struct instance instance;
static struct cg anchor;

static void serve(const char *tracing)
{
	char lines[128];

	anchor = cg_make("anchor", 32);
	instance = instance_make("daemon");
	(void)snprintf(lines, sizeof(lines), "RescanInterval=1h\nTracing=%s\n", tracing);
	instance_configure(&instance, lines);
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &anchor);
}

/* Watches of inotify that the supervisor has set: a line of each in /proc/PID/fdinfo (proc(5)). */
static unsigned int watches(void)
{
	char path[512], line[256];
	unsigned int count = 0;
	struct dirent *entry;
	FILE *file;
	DIR *folder;

	(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo",
		       (int)instance_pid(&instance, PART_SUPERVISOR));
	folder = opendir(path);
	expect(folder);
	while ((entry = readdir(folder))) {
		(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s",
			       (int)instance_pid(&instance, PART_SUPERVISOR), entry->d_name);
		file = fopen(path, "re");
		while (file && fgets(line, sizeof(line), file))
			count += strncmp(line, "inotify wd:", 11) == 0;
		if (file)
			(void)fclose(file);
	}
	(void)closedir(folder);
	return count;
}

static void serve_told(void)
{
	serve("yes");
	source_need_part(&instance, "tree");
	expect(watches() == 0);
}

/* The kernel's word; the page may be a second old. */
static bool is_armed(const struct cg *cg)
{
	return cg_killer_off(cg) && cg_has_attribute(cg);
}

static void five_levels(void)
{
	struct cg levels[LEVELS];
	char name[2 * LEVELS + 1] = "";
	struct nsec begin;

	serve_told();
	begin = clock_now();
	for (int i = 0; i < LEVELS; i++) {
		(void)snprintf(name + strlen(name), sizeof(name) - strlen(name), "%s%c",
			       i ? "/" : "", 'a' + i);
		levels[i] = cg_make(name, 16);
	}
	for (int i = LEVELS - 1; i >= 0; i--)
		expect_within(TOLD_MSEC, is_armed(&levels[i]));
	test_note("five levels armed after %u ms", test_msec_since(begin));
	for (int i = 0; i < LEVELS; i++)
		expect_within(TOLD_MSEC, instance_group_is(&instance, &levels[i], "armed"));
	for (int i = LEVELS - 1; i >= 0; i--)
		cg_remove(&levels[i]);
	expect_within(TOLD_MSEC, !instance_group(&instance, &levels[0]));
	for (int i = 0; i < LEVELS; i++)
		expect(!instance_group(&instance, &levels[i]));
}

static struct cg wide[WIDE];

static bool all_armed(void)
{
	for (int i = 0; i < WIDE; i++)
		if (!cg_killer_off(&wide[i]))
			return false;
	return true;
}

static void hundreds_side_by_side(void)
{
	struct nsec begin;
	char name[32];

	serve_told();
	begin = clock_now();
	for (int i = 0; i < WIDE; i++) {
		(void)snprintf(name, sizeof(name), "wide-%d", i);
		wide[i] = cg_make(name, 4);
	}
	expect_within(30000, all_armed());
	test_note("%d groups made and armed within %u ms", WIDE, test_msec_since(begin));
	begin = clock_now();
	for (int i = 0; i < WIDE; i++)
		cg_remove(&wide[i]);
	expect_within(30000, json_number(instance_page(&instance), "counts.armed") == 1);
	test_note("removed and forgotten within %u ms", test_msec_since(begin));
}

static void renamed_group_keeps_its_place(void)
{
	struct cg before, after = cg_named("after");
	struct task *hog;

	serve_told();
	before = cg_make("before", 16);
	expect_within(TOLD_MSEC, instance_group_is(&instance, &before, "armed"));
	expect(rename(before.path, after.path) == 0);
	expect_within(TOLD_MSEC, instance_group_is(&instance, &after, "armed"));
	expect(!instance_group(&instance, &before));
	hog = task_start(&after, "hog");
	task_touch(hog, 32);
	witness_killed(&instance, &after, hog);
}

/* On the status page. */
static unsigned int entries_of(const struct cg *cg)
{
	struct json_object *groups = json_at(instance_page(&instance), "groups");
	unsigned int count = 0;

	for (size_t i = 0; i < json_object_array_length(groups); i++)
		count += strcmp(json_text(json_object_array_get_idx(groups, i), "cgroup"),
				cg_label(cg)) == 0;
	return count;
}

/* Most of them are gone before anybody could look; the last one stays. */
static void made_and_removed_in_a_loop(void)
{
	struct cg cg;

	serve_told();
	for (int i = 0; i < LOOPS; i++) {
		cg = cg_make("fleeting", 16);
		cg_remove(&cg);
	}
	cg = cg_make("fleeting", 16);
	expect_within(TOLD_MSEC, is_armed(&cg));
	expect_within(TOLD_MSEC, instance_group_is(&instance, &cg, "armed"));
	expect(json_number(instance_page(&instance), "counts.armed") == 2);
	expect(entries_of(&cg) == 1);
}

/* A new group inherits the switch of the one above it, and with it a sleep that nobody ends. */
static void child_of_an_armed_group(void)
{
	struct cg bare, limited;
	struct nsec begin;

	serve_told();
	/* It stands while the test looks: it is faster than that. */
	instance_signal(&instance, PART_SUPERVISOR, SIGSTOP);
	bare = cg_make("anchor/bare", 0);
	expect(cg_killer_off(&bare));
	begin = clock_now();
	instance_signal(&instance, PART_SUPERVISOR, SIGCONT);
	expect_within(TOLD_MSEC, !cg_killer_off(&bare));
	test_note("the inherited switch is back after %u ms", test_msec_since(begin));
	begin = clock_now();
	limited = cg_make("anchor/limited", 8);
	expect_within(TOLD_MSEC, is_armed(&limited));
	test_note("a child with a limit is armed after %u ms", test_msec_since(begin));
	expect_for(500, !cg_killer_off(&bare));
}

/* The proof that there would be some to be seen. */
static void without_tracing_directories_are_watched(void)
{
	struct cg cg;

	serve("no");
	expect(watches() > 0);
	cg = cg_make("late", 16);
	expect_within(2 * TOLD_MSEC, cg_killer_off(&cg));
}

static const struct test tests[] = {
	{ .name = "five-levels", .run = five_levels },
	{ .name = "hundreds-side-by-side", .run = hundreds_side_by_side, .seconds = 90 },
	{ .name = "renamed-group-keeps-its-place", .run = renamed_group_keeps_its_place },
	{ .name = "made-and-removed-in-a-loop", .run = made_and_removed_in_a_loop },
	{ .name = "child-of-an-armed-group", .run = child_of_an_armed_group },
	{ .name = "without-tracing-directories-are-watched",
	  .run = without_tracing_directories_are_watched },
};
TEST_MAIN(tests)
