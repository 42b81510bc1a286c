/* See details.h. */
#include "supervisor/details.h"

#include <string.h>

#include "base/clock.h"
#include "supervisor/process_read.h"
#include "supervisor/sharing.h"

#define COST_FIRST_SEC 1
#define COST_MAX_SEC 300
#define COST_FORGET_SEC 600

void details_init(struct details *details, struct processes *processes,
		  bool (*in_episode)(uint32_t slot))
{
	memset(details, 0, sizeof(*details));
	details->processes = processes;
	details->in_episode = in_episode;
}

static struct details_group *group_of(struct details *details, const struct process *process)
{
	struct details_group *group = &details->groups[process->fact.slot];

	if (group->generation != process->fact.slot_generation)
		*group = (struct details_group){ .generation = process->fact.slot_generation };
	return group;
}

/* Each reader that a group costs doubles its pause; a long time without forgives it. */
static void group_cost(struct details *details, const struct process *process)
{
	struct details_group *group = group_of(details, process);
	const struct nsec now = clock_now();
	const uint64_t first = COST_FIRST_SEC * NSEC_PER_SEC, last = COST_MAX_SEC * NSEC_PER_SEC;
	uint64_t pause = group->back_off.count * 2;

	if (nsec_between(group->not_before, now).count > COST_FORGET_SEC * NSEC_PER_SEC)
		pause = first;
	pause = pause < first ? first : pause;
	group->back_off.count = pause < last ? pause : last;
	group->not_before = nsec_after(now, group->back_off);
}

static bool may_ask(struct details *details, const struct process *process, struct nsec now)
{
	return process_details_may_ask(process, now) &&
	       nsec_reached(now, group_of(details, process)->not_before) &&
	       !details->in_episode(process->fact.slot);
}

/* How many slots after the last one its turn comes. */
static uint32_t turns_until(const struct details *details, const struct process *process)
{
	return (process->fact.slot + ROSTER_SLOTS - details->last_slot - 1) % ROSTER_SLOTS;
}

/* Who is due in the group whose turn is next, NULL for nobody. */
static struct process *choose(struct details *details)
{
	struct processes *processes = details->processes;
	const struct nsec now = clock_now();
	struct process *chosen = NULL;

	for (uint32_t i = 0; i < processes->used; i++) {
		struct process *process = &processes->list[i];

		if (processes->due[i] &&
		    (!chosen || turns_until(details, process) < turns_until(details, chosen)) &&
		    may_ask(details, process, now))
			chosen = process;
	}
	return chosen;
}

static struct details_entry entry_of(const struct processes *processes,
				     const struct process *process)
{
	return (struct details_entry){ .index = processes_index(processes, process),
				       .generation = process->generation };
}

/* Two processes of one memory have the same size, and are related: nobody else is compared. */
static const struct process *possible_sharer(struct processes *processes,
					     const struct process *process)
{
	const struct process *parent = processes_find(processes, process->fact.parent_pid);

	return parent && parent != process && processes_has(parent) && process->fact.vm_size &&
			       parent->fact.vm_size == process->fact.vm_size
		       ? parent
		       : NULL;
}

bool details_ask(struct details *details, struct reader_line *line)
{
	struct process *process = line->busy ? NULL : choose(details);
	struct reader_request request = { .question = READER_DETAILS };
	const struct process *parent;

	if (!process || !reader_line_ready(line))
		return false;
	parent = possible_sharer(details->processes, process);
	request.pid = process->fact.pid;
	request.parent_pid = parent ? parent->fact.pid : 0;
	if (reader_line_ask(line, &request) < 0)
		return false; /* it is as due as before */
	details->asked = entry_of(details->processes, process);
	details->parent = (struct details_entry){ .generation = 0 };
	if (parent)
		details->parent = entry_of(details->processes, parent);
	details->last_slot = process->fact.slot;
	details->processes->due[details->asked.index] = false;
	return true;
}

/* The process that was asked about, if it is still there. */
static struct process *still_there(struct processes *processes, struct details_entry entry)
{
	struct process *process = &processes->list[entry.index];

	return entry.generation && process->generation == entry.generation &&
			       processes_has(process) && !process_exited(process->pidfd)
		       ? process
		       : NULL;
}

static void answer_apply(struct details *details, struct process *process,
			 const struct reader_answer *answer)
{
	struct process *parent = still_there(details->processes, details->parent);

	process_details_apply(details->processes, process, answer);
	if (answer->details.shares && parent)
		sharing_join(details->processes, process, parent);
}

void details_hear(struct details *details, enum reader_line_event event,
		  const struct reader_answer *answer)
{
	struct process *process = still_there(details->processes, details->asked);

	details->asked.generation = 0;
	if (!process)
		return;
	if (event == READER_LINE_FAILED) {
		group_cost(details, process);
		process_details_cost(details->processes, process);
	} else if (answer->error) {
		process_details_refuse(details->processes, process);
	} else {
		answer_apply(details, process, answer);
	}
}
