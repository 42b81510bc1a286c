/* See sharing.h. */
#include "supervisor/sharing.h"

struct sharers {
	uint32_t left; /* numbers that belong together, 0: none */
	uint32_t right;
};

static bool is_one(const struct process *process, struct sharers sharers)
{
	uint32_t mm = process->fact.mm;

	return processes_has(process) && mm && (mm == sharers.left || mm == sharers.right);
}

/* All of @sharers get the lowest pid among them as their number; one alone shares with nobody. */
static void renumber(struct processes *processes, struct sharers sharers)
{
	uint32_t lowest = UINT32_MAX, count = 0;

	for (uint32_t i = 0; i < processes->used; i++) {
		const struct process *process = &processes->list[i];

		if (!is_one(process, sharers))
			continue;
		count++;
		if (process->fact.pid < lowest)
			lowest = process->fact.pid;
	}
	for (uint32_t i = 0; i < processes->used; i++) {
		struct process *process = &processes->list[i];

		if (!is_one(process, sharers) || (count > 1 && process->fact.mm == lowest))
			continue;
		process->fact.mm = count > 1 ? lowest : 0;
		processes_update(processes, process);
	}
}

void sharing_join(struct processes *processes, struct process *left, struct process *right)
{
	if (left->fact.mm && left->fact.mm == right->fact.mm)
		return;
	if (!left->fact.mm)
		left->fact.mm = left->fact.pid;
	if (!right->fact.mm)
		right->fact.mm = right->fact.pid;
	renumber(processes, (struct sharers){ left->fact.mm, right->fact.mm });
	processes_update(processes, left);
	processes_update(processes, right);
}

void sharing_leave(struct processes *processes, struct process *process)
{
	uint32_t mm = process->fact.mm;

	if (mm == 0)
		return;
	process->fact.mm = 0;
	processes_update(processes, process);
	renumber(processes, (struct sharers){ .left = mm });
}

void sharing_check(struct processes *processes, struct process *process)
{
	const struct process *first =
		process->fact.mm ? processes_find(processes, process->fact.mm) : NULL;

	if (!first || first->fact.vm_size == process->fact.vm_size)
		return;
	sharing_leave(processes, process);
	process->asking.again = true; /* it may have grown between the two looks */
}
