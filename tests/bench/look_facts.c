/* The sampler's own reading of one group, into tables of the bench. See look.h. */
#include <stdlib.h>

#include "bench/look.h"
#include "cgroup/test.h"
#include "supervisor/reading.h"

static struct tables tables;
static struct groups groups;
static struct processes *processes;
static struct processes_place place = { .slot = 0, .slot_generation = 1 };

void look_facts_prepare(const struct cg *cg)
{
	const struct group_entry entry = { .path = cg_label(cg),
					   .inode = cg_inode(cg),
					   .slot = place.slot,
					   .generation = place.slot_generation,
					   .role = ROSTER_MANAGED,
					   .policy = "",
					   .refusal = "" };

	tables.facts = calloc(1, sizeof(*tables.facts));
	tables.pulse = calloc(1, sizeof(*tables.pulse));
	processes = calloc(1, sizeof(*processes));
	expect(tables.facts && tables.pulse && processes);
	processes_init(processes, &tables);
	groups_init(&groups, cg_mount());
	groups_begin(&groups);
	groups_put(&groups, &entry);
	groups_end(&groups);
}

static unsigned int shown(void)
{
	unsigned int count = 0;

	for (uint32_t i = 0; i < processes->used; i++)
		count += processes_shows(&processes->list[i]);
	return count;
}

struct nsec look_facts(const struct cg *cg, unsigned int people)
{
	struct nsec start, end;
	uint32_t missed;
	int ret;

	(void)cg; /* it has been put into the table */
	place.round++;
	start = clock_now();
	ret = reading_take(processes, &groups, place, &missed);
	end = clock_now();
	expect(ret == 0 && missed == 0 && shown() == people);
	return nsec_between(start, end);
}
