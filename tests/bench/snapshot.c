/*
 * How long it takes to see who is in a group, with a crowd on the host that has nothing to do with it.
 *
 *     group of the bench    the crowd
 *     scratch
 *     └── web (256 MiB)     10, then 100, then 1000 people
 *
 * The ways take turns, so that whatever else the machine does hits all alike, and each finds the caches as
 * the others have left them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/host_crowd.h"
#include "bench/look.h"
#include "bench/parts.h"
#include "bench/people.h"
#include "bench/samples.h"
#include "cgroup/test.h"

#define CROWD 10000
#define CROWD_MOST 20000
#define LOOKS_PER_ROUND 10

static struct cg web;
static struct samples times[LOOK_COUNT];

static unsigned int crowd_wanted(void)
{
	const char *text = getenv("CROWD");
	int wanted = text ? atoi(text) : CROWD;

	return wanted >= 0 && wanted <= CROWD_MOST ? (unsigned int)wanted : CROWD;
}

static void look_all(unsigned int people)
{
	for (int way = 0; way < LOOK_COUNT; way++)
		if (!looks[way].why_not())
			samples_add(&times[way], looks[way].take(&web, people));
}

static void print(unsigned int people)
{
	char label[32];

	(void)snprintf(label, sizeof(label), "%u processes", people);
	for (int way = 0; way < LOOK_COUNT; way++) {
		if (looks[way].why_not())
			continue;
		samples_print(label, looks[way].name, &times[way]);
		printf(" %10.3f %10.3f\n", samples_ratio(&times[way], &times[LOOK_FACTS]),
		       samples_ratio(&times[way], &times[LOOK_PROC]));
		label[0] = '\0';
	}
}

static void measure(unsigned int people, unsigned int rounds)
{
	people_join(&web, people - people_count());
	look_all(people); /* the first one is about newcomers */
	for (int way = 0; way < LOOK_COUNT; way++)
		samples_clear(&times[way]);
	for (unsigned int round = 0; round < rounds; round++)
		look_all(people);
	print(people);
}

void bench_snapshot(void)
{
	static const unsigned int sizes[] = { 10, 100, 1000 };
	unsigned int rounds = rounds_wanted(SAMPLES_MOST / LOOKS_PER_ROUND) * LOOKS_PER_ROUND;
	unsigned int crowd = crowd_wanted();
	char title[128];

	web = cg_make("web", 256);
	looks_prepare(&web);
	if (crowd)
		host_crowd_start(crowd);
	(void)snprintf(
		title, sizeof(title),
		"who is in a group, among %u other processes, in microseconds; %u looks each",
		crowd, rounds);
	samples_print_head(title);
	printf(" %10s %10s\n", "to facts", "to /proc");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		measure(sizes[i], rounds);
	for (int way = 0; way < LOOK_COUNT; way++)
		if (looks[way].why_not())
			printf("  %s left out: %s\n", looks[way].name, looks[way].why_not());
	expect(people_leave() == 0);
	if (crowd)
		host_crowd_stop();
}
