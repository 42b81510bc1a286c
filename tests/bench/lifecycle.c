/*
 * What a process costs more, from its fork to its end, while the kernel tells of it.
 *
 *     scratch
 *     └── web    the starter, and one /bin/true after the other
 *
 * A round is off, on, off: on is held against the mean of the two beside it, and those against each other,
 * which is the noise. All starters stay on one processor; of a block its median counts.
 */
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/listener.h"
#include "bench/parts.h"
#include "bench/samples.h"
#include "cgroup/test.h"

#define STARTS 400 /* in a block */
#define PROGRAM "/bin/true"
#define ONE 1000000 /* a ratio of one, as a sample */
#define AIM_PERCENT 1.0

static struct cg web;
static struct samples *starts; /* shared with the starter */
static struct samples offs, ons, costs, noises;

/* The last one we may use: the first ones have the interrupts. */
static void stay_on_one_processor(void)
{
	cpu_set_t mine, one;
	int last = CPU_SETSIZE - 1;

	if (sched_getaffinity(0, sizeof(mine), &mine) < 0)
		_exit(1);
	while (last > 0 && !CPU_ISSET(last, &mine))
		last--;
	CPU_ZERO(&one);
	CPU_SET(last, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		_exit(1);
}

static void start_one(void)
{
	char *arguments[] = { (char *)PROGRAM, NULL }, *environment[] = { NULL };
	struct nsec start = clock_now();
	pid_t pid;

	if (posix_spawn(&pid, PROGRAM, NULL, NULL, arguments, environment) != 0 ||
	    waitpid(pid, NULL, 0) != pid)
		_exit(2);
	samples_add(starts, nsec_between(start, clock_now()));
}

static void start_many(void)
{
	stay_on_one_processor();
	for (int i = 0; i < STARTS; i++)
		start_one();
	_exit(0);
}

static struct nsec block(struct samples *blocks)
{
	struct nsec median;
	pid_t pid;

	samples_clear(starts);
	pid = task_fork(&web, start_many);
	expect(waitpid(pid, NULL, 0) == pid && starts->count == STARTS);
	median = samples_percentile(starts, 50);
	samples_add(blocks, median);
	return median;
}

static struct nsec ratio(double one, double other)
{
	return (struct nsec){ (uint64_t)(one / other * ONE) };
}

static void round_run(struct listener_count *sum)
{
	struct listener_count heard;
	struct nsec before = block(&offs), on, after;

	listener_start(&web);
	on = block(&ons);
	heard = listener_stop();
	after = block(&offs);
	sum->taken += heard.taken;
	sum->lost += heard.lost;
	samples_add(&costs, ratio((double)on.count, (double)(before.count + after.count) / 2));
	samples_add(&noises, ratio((double)after.count, (double)before.count));
}

static double percent_of(struct samples *ratios, unsigned int percent)
{
	return (double)samples_percentile(ratios, percent).count * 100 / ONE - 100;
}

static void print(struct listener_count sum)
{
	samples_print("medians of blocks", "off", &offs);
	printf("\n");
	samples_print("", "on", &ons);
	printf("\n  on to off: %+.2f %% (quartiles %+.2f to %+.2f); off to off: %+.2f %% (%+.2f to "
	       "%+.2f)\n",
	       percent_of(&costs, 50), percent_of(&costs, 25), percent_of(&costs, 75),
	       percent_of(&noises, 50), percent_of(&noises, 25), percent_of(&noises, 75));
	printf("  events taken %llu, lost %llu\n", (unsigned long long)sum.taken,
	       (unsigned long long)sum.lost);
	aim_print("percent on to off", AIM_PERCENT, percent_of(&costs, 50));
}

void bench_lifecycle(void)
{
	unsigned int rounds = 2 * rounds_wanted(SAMPLES_MOST / 4);
	struct listener_count sum = { 0 };
	const char *why_not = listener_why_not();
	char title[128];

	if (why_not) {
		printf("fork, exec and exit left out: %s\n", why_not);
		return;
	}
	web = cg_make("web", 64);
	starts = mmap(NULL, sizeof(*starts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	expect(starts != MAP_FAILED);
	(void)snprintf(title, sizeof(title),
		       "fork, exec and exit of " PROGRAM
		       " in a watched group, in microseconds; %u rounds, %u in each block",
		       rounds, STARTS);
	samples_print_head(title);
	printf("\n");
	for (unsigned int round = 0; round < rounds; round++)
		round_run(&sum);
	print(sum);
}
