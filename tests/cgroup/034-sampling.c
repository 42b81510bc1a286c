/*
 * How often /proc is read when nothing happens is the operator's to say.
 *
 *     scratch
 *     └── web (64 MiB, armed)    quiet-0, quiet-1, ...
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define TASKS 20
#define WATCH_MSEC 4000
/* Two reads of each task, and the list; one round may fall into the time of watching. */
#define READS_A_ROUND (2 * TASKS + 10)

static struct instance instance;

static void interval_set(const char *interval)
{
	FILE *config = fopen(instance.config, "w");

	expect(config && fprintf(config, "[Supervisor]\nSampleInterval=%s\n", interval) > 0 &&
	       fclose(config) == 0);
}

static FILE *thread_file(const char *thread, const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%s/%s",
		       (int)instance_pid(&instance, PART_SUPERVISOR), thread, name);
	return fopen(path, "r");
}

static bool is_sampler(const char *thread)
{
	FILE *file = thread_file(thread, "comm");
	char name[64];
	bool found = file && fscanf(file, "%63s", name) == 1 && strcmp(name, "sampler") == 0;

	if (file)
		(void)fclose(file);
	return found;
}

/* read(2) and its like, so far. */
static uint64_t thread_reads(const char *thread)
{
	FILE *file = thread_file(thread, "io");
	unsigned long long reads;

	if (!file || fscanf(file, "rchar: %*u wchar: %*u syscr: %llu", &reads) != 1)
		test_skip("needs a kernel that counts what a thread reads");
	(void)fclose(file);
	return reads;
}

static uint64_t sampler_reads(void)
{
	char path[64];
	struct dirent *entry;
	uint64_t reads;
	DIR *folder;

	(void)snprintf(path, sizeof(path), "/proc/%d/task",
		       (int)instance_pid(&instance, PART_SUPERVISOR));
	folder = opendir(path);
	expect(folder);
	while ((entry = readdir(folder)) && !is_sampler(entry->d_name))
		;
	expect(entry);
	reads = thread_reads(entry->d_name);
	(void)closedir(folder);
	return reads;
}

static uint64_t reads_while_watching(void)
{
	uint64_t before = sampler_reads();

	test_nap_msec(WATCH_MSEC);
	return sampler_reads() - before;
}

static void interval_is_kept(void)
{
	struct cg web = cg_make("web", 64);
	uint64_t seldom, often;

	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	interval_set("30s");
	instance_start_armed(&instance, &web);
	for (int i = 0; i < TASKS; i++)
		(void)task_start(&web, "quiet");
	/* What the start has to tell comes first. */
	test_nap_msec(2500);
	seldom = reads_while_watching();
	interval_set("100ms");
	instance_reload(&instance);
	expect_within(5000, instance_logged(&instance, "reloaded"));
	often = reads_while_watching();
	test_note("reads in %d ms: %llu with 30s, %llu with 100ms", WATCH_MSEC,
		  (unsigned long long)seldom, (unsigned long long)often);
	expect(seldom <= READS_A_ROUND);
	expect(often >= 5 * READS_A_ROUND);
}

static const struct test tests[] = {
	{ .name = "interval-is-kept", .run = interval_is_kept },
};
TEST_MAIN(tests)
