/* See crowd.h. */
#include "programs/crowd.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/task.h"
#include "cgroup/test.h"

#define PAGE 4096u

static struct crowd crowd;
static bool reaped[CROWD_MOST];
static struct crowd_plan plan;
static unsigned int number; /* of the member that is forked next */
static _Atomic unsigned int *ready;

static void touch(size_t bytes, int flags)
{
	char *room;

	if (bytes == 0)
		return;
	room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED || madvise(room, bytes, MADV_NOHUGEPAGE) < 0)
		_exit(1);
	for (size_t at = 0; at < bytes; at += PAGE)
		room[at] = 1;
}

static void adjust(unsigned int value)
{
	FILE *file = fopen("/proc/self/oom_score_adj", "w");

	if (!file || fprintf(file, "%u", value) < 0 || fclose(file) != 0)
		_exit(2);
}

/* Whatever they do differently comes of their number alone. */
static void __attribute__((noreturn)) member_run(void)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "member-%u", number);
	(void)prctl(PR_SET_NAME, name);
	touch((size_t)(number % plan.steps + 1) * plan.step_kib * BYTES_PER_KIB, MAP_PRIVATE);
	touch((size_t)(number % 3) * PAGE, MAP_SHARED);
	if (number % 5 == 1)
		adjust(number % 1000);
	if (number % 7 == 1 && setuid(10000 + number) < 0)
		_exit(3);
	atomic_fetch_add(ready, 1);
	for (;;)
		(void)pause();
}

static bool all_stand_still(void)
{
	for (unsigned int i = 0; i < crowd.count; i++)
		if (process_state(crowd.pid[i]) != 'S')
			return false;
	return true;
}

const struct crowd *crowd_start(const struct cg *left, const struct cg *right,
				struct crowd_plan wanted)
{
	expect(wanted.count <= CROWD_MOST && wanted.steps > 0);
	plan = wanted;
	ready = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(ready != MAP_FAILED);
	for (number = 0; number < plan.count; number++)
		crowd.pid[crowd.count++] = task_fork(number % 2 ? right : left, member_run);
	expect_within(20000, atomic_load(ready) == plan.count);
	expect_within(5000, all_stand_still());
	return &crowd;
}

unsigned int crowd_dead(void)
{
	unsigned int dead = 0;

	for (unsigned int i = 0; i < crowd.count; i++) {
		if (!reaped[i])
			reaped[i] = waitpid(crowd.pid[i], NULL, WNOHANG) == crowd.pid[i];
		dead += reaped[i];
	}
	return dead;
}
