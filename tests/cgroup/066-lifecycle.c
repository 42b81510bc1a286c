/*
 * Births, deaths, moves and new programs are known although nobody looks: the kernel tells of them. What
 * is sampled once an hour would not be known before the case is over, and is not where nothing is told.
 *
 *     scratch
 *     ├── web  (64 MiB, armed)
 *     └── shop (64 MiB, armed)
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/source.h"
#include "cgroup/tables.h"
#include "cgroup/test.h"

#define TOLD_MSEC 3000 /* a second is the promise; the machine may be busy */
#define BOMB_MSEC 3000
#define BOMB_AT_ONCE 16
#define BOMB_MOST 20000 /* births */

static struct instance instance;
static struct cg web, shop;
static const struct facts *facts;
static const struct roster *roster;

static void serve(const char *tracing)
{
	char lines[128];

	web = cg_make("web", 64);
	shop = cg_make("shop", 64);
	instance = instance_make("daemon");
	(void)snprintf(lines, sizeof(lines), "SampleInterval=1h\nTracing=%s\n", tracing);
	instance_configure(&instance, lines);
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
	expect_within(10000, instance_group_is(&instance, &shop, "armed"));
	facts = tables_of(&instance, INHERIT_FACTS, sizeof(*facts));
	roster = tables_of(&instance, INHERIT_ROSTER, sizeof(*roster));
	test_nap_msec(1500); /* what the start has to tell comes first */
}

static void serve_told(void)
{
	serve("yes");
	source_need_part(&instance, "lifecycle");
}

static bool is_known(pid_t pid)
{
	return facts_find(facts, pid).generation != 0;
}

static bool is_known_in(pid_t pid, const struct cg *cg)
{
	struct fact fact = facts_find(facts, pid);
	struct roster_slot slot;

	return fact.generation && roster_read(roster, fact.slot, &slot) == 0 &&
	       slot.inode == cg_inode(cg);
}

static void births_and_deaths(void)
{
	struct task *tasks[20];
	struct nsec begin;

	serve_told();
	for (int i = 0; i < 20; i++)
		tasks[i] = task_start(&web, "newborn");
	begin = clock_now();
	for (int i = 0; i < 20; i++)
		expect_within(TOLD_MSEC, is_known(tasks[i]->pid));
	test_note("20 births known after %u ms", test_msec_since(begin));
	expect(facts_find(facts, tasks[0]->pid).flags & FACT_HOST_PID_NAMESPACE);
	for (int i = 0; i < 19; i++)
		task_kill(tasks[i]);
	begin = clock_now();
	for (int i = 0; i < 19; i++)
		expect_within(TOLD_MSEC, !is_known(tasks[i]->pid));
	test_note("19 deaths known after %u ms", test_msec_since(begin));
	expect(is_known(tasks[19]->pid));
}

static void moves(void)
{
	struct cg elsewhere = cg_make("elsewhere", 0);
	struct task *task;
	struct nsec begin;

	serve_told();
	task = task_start(&elsewhere, "traveller");
	expect_for(500, !is_known(task->pid));
	begin = clock_now();
	cg_enter(&web, task->pid);
	expect_within(TOLD_MSEC, is_known_in(task->pid, &web));
	cg_enter(&shop, task->pid);
	expect_within(TOLD_MSEC, is_known_in(task->pid, &shop));
	cg_enter(&elsewhere, task->pid);
	expect_within(TOLD_MSEC, !is_known(task->pid));
	test_note("three moves known after %u ms", test_msec_since(begin));
}

static int go[2];

/* A program that executes itself: same name, same file, other arguments. */
static void __attribute__((noreturn)) shell_run(void)
{
	(void)dup2(go[0], STDIN_FILENO);
	(void)execl("/bin/sh", "sh", "-c", "read x; exec sh -c 'read y; :' second", "first",
		    (char *)NULL);
	_exit(1);
}

static bool is_called_with(pid_t pid, const char *wanted, const char *unwanted)
{
	struct fact fact = facts_find(facts, pid);

	return fact.flags & FACT_CMDLINE && strcmp(fact.comm, "sh") == 0 &&
	       strstr(fact.cmdline, wanted) && !strstr(fact.cmdline, unwanted);
}

static void new_program_under_the_same_name(void)
{
	struct nsec begin;
	pid_t pid;

	serve_told();
	expect(pipe2(go, O_CLOEXEC) == 0);
	pid = task_fork(&web, shell_run);
	expect_within(TOLD_MSEC, is_called_with(pid, "exec sh", "nothing"));
	begin = clock_now();
	expect(write(go[1], "\n", 1) == 1);
	expect_within(TOLD_MSEC, is_called_with(pid, "read y; : second", "exec"));
	test_note("another command line known after %u ms", test_msec_since(begin));
}

/* The proof that the others can fail. */
static void without_tracing_nothing_is_known(void)
{
	struct task *before, *born;

	serve("no");
	before = task_start(&web, "before");
	expect_for(TOLD_MSEC / 2, !is_known(before->pid));
	born = task_start(&shop, "born");
	cg_enter(&web, born->pid);
	expect_for(TOLD_MSEC / 2, !is_known(born->pid));
}

static struct {
	_Atomic unsigned int born;
	_Atomic int stop;
} * bomb;

/* Bounded at each end: so many at once, so many in all, and until it is told to stop. */
static void bomb_run(void)
{
	unsigned int living = 0;

	while (!atomic_load(&bomb->stop) && atomic_load(&bomb->born) < BOMB_MOST) {
		if (living < BOMB_AT_ONCE && fork() == 0)
			_exit(0);
		living++;
		atomic_fetch_add(&bomb->born, 1);
		while (living > 0 && waitpid(-1, NULL, living < BOMB_AT_ONCE ? WNOHANG : 0) > 0)
			living--;
	}
	for (;;)
		(void)pause();
}

/* User and system time of all its threads. */
static uint64_t cpu_msec(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char path[64], line[1024], *at;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	expect(file && fgets(line, sizeof(line), file) && fclose(file) == 0);
	at = strrchr(line, ')');
	expect(at && sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			    &system) == 2);
	return (user + system) * 10; /* USER_HZ (proc(5)) */
}

/* Whoever forks as fast as he can pays for it himself. */
static void fork_bomb_does_not_drive_the_supervisor(void)
{
	pid_t supervisor;
	uint64_t used;
	struct nsec begin;
	unsigned int msec;
	struct task *task;

	serve_told();
	bomb = mmap(NULL, sizeof(*bomb), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(bomb != MAP_FAILED);
	supervisor = instance_pid(&instance, PART_SUPERVISOR);
	(void)task_fork(&web, bomb_run);
	expect_within(2000, atomic_load(&bomb->born) > 100);
	begin = clock_now();
	used = cpu_msec(supervisor);
	/* Told of all the same, beside all that noise. */
	task = task_start(&shop, "quiet");
	expect_within(TOLD_MSEC, is_known(task->pid));
	while (test_msec_since(begin) < BOMB_MSEC && atomic_load(&bomb->born) < BOMB_MOST)
		test_nap_msec(10);
	msec = test_msec_since(begin);
	used = cpu_msec(supervisor) - used;
	atomic_store(&bomb->stop, 1);
	test_note("%u births; the supervisor took %llu of %u ms, %llu %%", atomic_load(&bomb->born),
		  (unsigned long long)used, msec, (unsigned long long)(100 * used / msec));
	expect(atomic_load(&bomb->born) > 500);
	expect(2 * used < msec);
}

static const struct test tests[] = {
	{ .name = "births-and-deaths", .run = births_and_deaths },
	{ .name = "moves", .run = moves },
	{ .name = "new-program-under-the-same-name", .run = new_program_under_the_same_name },
	{ .name = "without-tracing-nothing-is-known", .run = without_tracing_nothing_is_known },
	{ .name = "fork-bomb-does-not-drive-the-supervisor",
	  .run = fork_bomb_does_not_drive_the_supervisor },
};
TEST_MAIN(tests)
