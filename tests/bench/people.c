/* See people.h. */
#include "bench/people.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup/task.h"
#include "cgroup/test.h"

#define TOUCHED_PAGES 16
#define PAGE 4096
#define LIFE_SECONDS 3600

static pid_t people[PEOPLE_MOST];
static unsigned int present;
static _Atomic unsigned int *asleep;

static void __attribute__((noreturn)) live(void)
{
	const struct timespec life = { .tv_sec = LIFE_SECONDS };
	char *room = mmap(NULL, TOUCHED_PAGES * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		_exit(1);
	for (size_t at = 0; at < TOUCHED_PAGES * PAGE; at += PAGE)
		room[at] = 1;
	atomic_fetch_add(asleep, 1);
	(void)nanosleep(&life, NULL);
	_exit(0);
}

void people_join(const struct cg *cg, unsigned int count)
{
	expect(present + count <= PEOPLE_MOST);
	if (!asleep)
		asleep =
			mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(asleep != MAP_FAILED);
	while (count-- > 0)
		people[present++] = task_fork(cg, live);
	expect_within(30000, atomic_load(asleep) == present);
}

unsigned int people_count(void)
{
	return present;
}

/* Takes those out who are. */
static unsigned int count_dead(void)
{
	unsigned int living = 0, before = present;

	for (unsigned int i = 0; i < before; i++)
		if (waitpid(people[i], NULL, WNOHANG) == 0)
			people[living++] = people[i];
	present = living;
	return before - living;
}

unsigned int people_leave(void)
{
	unsigned int dead = count_dead();

	for (unsigned int i = 0; i < present; i++)
		expect(kill(people[i], SIGKILL) == 0);
	for (; present > 0; present--)
		expect(waitpid(people[present - 1], NULL, 0) == people[present - 1]);
	atomic_store(asleep, 0);
	return dead;
}
