/* See process_room.h. Linear: only a full table is searched to its end, and not for each one in vain. */
#include "supervisor/process_room.h"

#include "supervisor/process_post.h"

static uint64_t fact_size(const struct fact *fact)
{
	return fact->anon + fact->file + fact->shmem + fact->swap;
}

static struct process *free_entry(struct processes *processes)
{
	for (uint32_t i = 0; i < FACTS_PROCESSES; i++)
		if (processes->list[i].state == PROCESS_FREE)
			return &processes->list[i];
	return NULL;
}

static uint32_t count_of(const struct processes *processes, uint32_t slot)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < FACTS_PROCESSES; i++)
		count += processes_has(&processes->list[i]) && processes->list[i].fact.slot == slot;
	return count;
}

/*
 * The slot with more than half of the entries, ROSTER_NO_SLOT for none: if there is one, it is what
 * remains when each entry is struck out against one of another slot (Boyer and Moore's majority vote).
 */
static uint32_t crowd_find(const struct processes *processes)
{
	uint32_t slot = ROSTER_NO_SLOT, votes = 0;

	for (uint32_t i = 0; i < FACTS_PROCESSES; i++) {
		const struct process *process = &processes->list[i];

		if (!processes_has(process))
			continue;
		if (votes == 0)
			slot = process->fact.slot;
		votes += process->fact.slot == slot ? 1 : -1U;
	}
	return count_of(processes, slot) > FACTS_PROCESSES / 2 ? slot : ROSTER_NO_SLOT;
}

/* @slot: of this group, ROSTER_NO_SLOT: of any. */
static struct process *smallest_of(struct processes *processes, uint32_t slot)
{
	struct process *smallest = NULL;

	for (uint32_t i = 0; i < FACTS_PROCESSES; i++) {
		struct process *process = &processes->list[i];

		if (!processes_has(process) ||
		    (slot != ROSTER_NO_SLOT && process->fact.slot != slot))
			continue;
		if (!smallest || fact_size(&process->fact) < fact_size(&smallest->fact))
			smallest = process;
	}
	return smallest;
}

static bool is_refused(const struct processes *processes, struct processes_place place,
		       const struct fact *fact)
{
	return processes->refused.round == place.round && processes->refused.slot == place.slot &&
	       fact_size(fact) <= processes->refused.size;
}

static void refuse(struct processes *processes, struct processes_place place,
		   const struct fact *fact)
{
	processes->refused.round = place.round;
	processes->refused.slot = place.slot;
	processes->refused.size = fact_size(fact);
}

struct process *process_room_find(struct processes *processes, struct processes_place place,
				  const struct fact *fact)
{
	struct process *process;
	uint32_t crowd;

	if (is_refused(processes, place, fact))
		return NULL;
	process = free_entry(processes);
	if (process)
		return process;
	crowd = crowd_find(processes);
	process = smallest_of(processes, crowd);
	/* With a crowd, that is the smallest of the crowd: for a stranger it goes whatever its size. */
	if (!process || ((crowd == ROSTER_NO_SLOT || crowd == place.slot) &&
			 fact_size(&process->fact) >= fact_size(fact))) {
		refuse(processes, place, fact);
		return NULL;
	}
	processes_leave(processes, process);
	(void)process_post(processes);
	/* Still there when the handler has not been told yet: then there is no room this time. */
	return process->state == PROCESS_FREE ? process : NULL;
}
