/*
 * What the daemon knows of a process beyond its name and size, read by a process that may be lost over it.
 * The witness is the table of facts itself, as the supervisor has it mapped.
 *
 *     scratch
 *     └── web (32 MiB, armed)
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "cgroup/fuse.h"
#include "cgroup/instance.h"
#include "cgroup/tables.h"
#include "cgroup/test.h"
#include "cgroup/wedge.h"

#define KNOWN_MSEC 10000

static struct instance instance;
static struct cg web;
static const struct facts *facts;
static _Atomic int *go;

static void prepare(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_configure(&instance, "SampleInterval=200ms\n");
	instance_start_armed(&instance, &web);
	facts = tables_of(&instance, INHERIT_FACTS, sizeof(*facts));
	go = mmap(NULL, sizeof(*go), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(go != MAP_FAILED);
}

static struct fact fact_of(pid_t pid)
{
	return facts_find(facts, pid);
}

static bool is_known(pid_t pid)
{
	return fact_of(pid).flags & FACT_DETAILS;
}

static uint64_t boot_time(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

static void program_and_arguments_are_known(void)
{
	struct task *task;
	struct fact fact;
	uint64_t begin;

	prepare();
	begin = boot_time();
	task = task_start_as(&web, (struct task_guise){ .comm = "somebody",
							.exe = "shop-server",
							.argument = "--tenant=acme" });
	expect_within(KNOWN_MSEC, strcmp(fact_of(task->pid).exe, "shop-server") == 0);
	fact = fact_of(task->pid);
	expect(strcmp(fact.comm, "somebody") == 0);
	expect(strstr(fact.cmdline, " --tenant=acme"));
	expect(fact.mm == 0 && fact.vm_size > 0);
	/* The kernel counts in hundredths of a second. */
	expect(fact.start_nsec + 20 * NSEC_PER_MSEC >= begin && fact.start_nsec <= boot_time());
}

static void __attribute__((noreturn)) renaming_task(void)
{
	(void)prctl(PR_SET_NAME, "before");
	while (!atomic_load(go))
		test_nap_msec(1);
	(void)prctl(PR_SET_NAME, "after");
	for (;;)
		(void)pause();
}

static void another_name_hides_no_program(void)
{
	struct fact fact;
	pid_t pid;

	prepare();
	pid = task_fork(&web, renaming_task);
	expect_within(KNOWN_MSEC, is_known(pid) && strcmp(fact_of(pid).comm, "before") == 0);
	atomic_store(go, 1);
	expect_within(KNOWN_MSEC, is_known(pid) && strcmp(fact_of(pid).comm, "after") == 0);
	fact = fact_of(pid);
	expect(strcmp(fact.exe, "038-details") == 0);
}

static void __attribute__((noreturn)) parting_task(void)
{
	if (vfork() == 0) {
		atomic_store(go, (int)getpid());
		while (atomic_load(go) != -1)
			(void)usleep(1000);
		_exit(0);
	}
	for (;;)
		(void)pause();
}

static void one_memory_is_known_as_one(void)
{
	pid_t parent, child;

	prepare();
	parent = task_fork(&web, parting_task);
	expect_within(5000, atomic_load(go) != 0);
	child = (pid_t)atomic_load(go);
	expect_within(KNOWN_MSEC, fact_of(child).mm != 0);
	expect(fact_of(child).mm == (uint32_t)(parent < child ? parent : child));
	expect(fact_of(parent).mm == fact_of(child).mm);
	atomic_store(go, -1);
	expect_within(5000, fact_of(parent).mm == 0);
}

static pid_t parent_of(pid_t pid)
{
	char path[64], line[128];
	int parent = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file) && sscanf(line, "PPid: %d", &parent) != 1)
		;
	if (file)
		(void)fclose(file);
	return (pid_t)parent;
}

static bool is_reader(pid_t pid)
{
	char path[64], name[64] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "r");
	if (file && fscanf(file, "%63s", name) != 1)
		name[0] = '\0';
	if (file)
		(void)fclose(file);
	return strcmp(name, "oomhandlerd-rdr") == 0 &&
	       parent_of(pid) == instance_pid(&instance, PART_SUPERVISOR);
}

/* 0: there is none. */
static pid_t reader_pid(void)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	expect(folder);
	while ((entry = readdir(folder)) && found == 0)
		if (atoi(entry->d_name) > 0 && is_reader(atoi(entry->d_name)))
			found = atoi(entry->d_name);
	(void)closedir(folder);
	return found;
}

static void hanging_command_line_costs_a_reader(void)
{
	struct task *before, *after, *hog;
	pid_t reader, wedged;

	fuse_start();
	prepare();
	before = task_start(&web, "before");
	expect_within(KNOWN_MSEC, is_known(before->pid));
	reader = reader_pid();
	expect(reader > 0);
	wedged = wedge_start(&web);
	expect_within(KNOWN_MSEC, fact_of(wedged).flags & FACT_DETAILS_REFUSED);
	expect_within(5000, !is_reader(reader) || process_state(reader) == 'Z');
	after = task_start(&web, "after");
	expect_within(KNOWN_MSEC, is_known(after->pid) && reader_pid() != reader);
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	fuse_release();
}

static bool a_slot_is_called(const struct roster *roster, const char *label)
{
	struct roster_path path;

	for (uint32_t i = 0; i < ROSTER_SLOTS; i++)
		if (roster_read_path(roster, i, &path) == 0 && strcmp(path.text, label) == 0)
			return true;
	return false;
}

static void path_follows_the_group(void)
{
	struct cg renamed = cg_named("renamed");
	const struct roster *roster;
	char before[CG_PATH_SIZE], after[CG_PATH_SIZE];

	prepare();
	roster = tables_of(&instance, INHERIT_ROSTER, sizeof(*roster));
	(void)snprintf(before, sizeof(before), "%s", cg_label(&web));
	(void)snprintf(after, sizeof(after), "%s", cg_label(&renamed));
	expect(a_slot_is_called(roster, before));
	expect(rename(web.path, renamed.path) == 0);
	expect_within(5000, a_slot_is_called(roster, after));
	expect(!a_slot_is_called(roster, before));
	cg_remove(&renamed);
	expect_within(5000, !a_slot_is_called(roster, after));
}

/* Somebody's memory.stat tells of at least @mib. */
static bool a_group_has(uint64_t mib)
{
	struct facts_memory memory;

	for (uint32_t i = 0; i < ROSTER_SLOTS; i++)
		if (facts_read_memory(facts, i, &memory) == 0 && memory.sampled_nsec &&
		    memory.value[FACTS_STAT_RSS] >= mib * BYTES_PER_MIB)
			return true;
	return false;
}

static void memory_is_measured(void)
{
	struct task *task;

	prepare();
	task = task_start(&web, "task");
	task_fill(task, 8);
	expect_within(KNOWN_MSEC, a_group_has(8));
	expect(atomic_load(&facts->available_bytes) > BYTES_PER_MIB);
	expect(clock_now().count - atomic_load(&facts->available_nsec) < 5 * NSEC_PER_SEC);
}

static const struct test tests[] = {
	{ .name = "program-and-arguments-are-known", .run = program_and_arguments_are_known },
	{ .name = "another-name-hides-no-program", .run = another_name_hides_no_program },
	{ .name = "one-memory-is-known-as-one", .run = one_memory_is_known_as_one },
	{ .name = "hanging-command-line-costs-a-reader",
	  .run = hanging_command_line_costs_a_reader },
	{ .name = "path-follows-the-group", .run = path_follows_the_group },
	{ .name = "memory-is-measured", .run = memory_is_measured },
};
TEST_MAIN(tests)
