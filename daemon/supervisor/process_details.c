/* See process_details.h. */
#include "supervisor/process_details.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "supervisor/sharing.h"

#define KNOWN (FACT_DETAILS | FACT_CMDLINE)
#define DETAILS (KNOWN | FACT_DETAILS_REFUSED)
#define REFRESH_SEC 60
#define SPREAD_SEC                                                                                 \
	16 /* a power of two: those that were met together are not asked together again */
#define COST_FIRST_SEC 10
#define COST_MAX_SEC 3600

static struct nsec in_seconds(uint64_t seconds)
{
	return nsec_after(clock_now(), (struct nsec){ seconds * NSEC_PER_SEC });
}

static uint64_t boot_time(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* since 2.6.39, and the pointer is ours */
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

static void make_due(struct processes *processes, struct process *process)
{
	processes->due[processes_index(processes, process)] = true;
}

static void refresh_later(struct process *process)
{
	process->asking.refresh_at =
		in_seconds(REFRESH_SEC + (process->generation & (SPREAD_SEC - 1)));
}

static void take_after(struct fact *fact, const struct fact *parent)
{
	if (!(parent->flags & FACT_DETAILS) ||
	    memcmp(parent->comm, fact->comm, sizeof(fact->comm)) != 0)
		return;
	memcpy(fact->exe, parent->exe, sizeof(fact->exe));
	memcpy(fact->cmdline, parent->cmdline, sizeof(fact->cmdline));
	fact->flags |= KNOWN;
}

void process_details_begin(struct processes *processes, struct process *process)
{
	const struct process *parent = processes_find(processes, process->fact.parent_pid);

	process->fact.start_nsec = boot_time();
	process->asking.again = true;
	refresh_later(process);
	if (parent && processes_has(parent))
		take_after(&process->fact, &parent->fact);
	make_due(processes, process);
}

static void forget(struct processes *processes, struct process *process)
{
	process->fact.flags &= ~(uint32_t)DETAILS;
	sharing_leave(processes, process);
}

static void program_note(struct processes *processes, struct process *process)
{
	forget(processes, process);
	process->asking.executed = false;
	process->asking.again = true;
	refresh_later(process);
	make_due(processes, process);
}

void process_details_carry(struct processes *processes, struct process *process,
			   const struct fact *fact, bool periodic)
{
	struct fact old = process->fact;

	process->fact = *fact;
	process->fact.generation = old.generation;
	process->fact.slot = old.slot;
	process->fact.slot_generation = old.slot_generation;
	process->fact.mm = old.mm;
	process->fact.start_nsec = old.start_nsec;
	process->fact.flags |= old.flags & DETAILS;
	memcpy(process->fact.exe, old.exe, sizeof(old.exe));
	memcpy(process->fact.cmdline, old.cmdline, sizeof(old.cmdline));
	if (process->asking.executed || memcmp(old.comm, fact->comm, sizeof(old.comm)) != 0) {
		program_note(processes, process);
	} else if (periodic && (process->asking.again ||
				nsec_reached(clock_now(), process->asking.refresh_at))) {
		process->asking.again = false;
		make_due(processes, process);
	}
}

void process_details_executed(struct processes *processes, struct process *process)
{
	process->asking.executed = true;
	if (!(process->fact.flags & DETAILS))
		return;
	forget(processes, process);
	processes_update(processes, process);
}

void process_details_apply(struct processes *processes, struct process *process,
			   const struct reader_answer *answer)
{
	struct fact *fact = &process->fact;

	fact->flags = (fact->flags & ~(uint32_t)DETAILS) | KNOWN;
	fact->start_nsec = answer->details.start_nsec;
	memcpy(fact->exe, answer->details.exe, sizeof(fact->exe));
	memcpy(fact->cmdline, answer->details.cmdline, sizeof(fact->cmdline));
	refresh_later(process);
	processes_update(processes, process);
}

void process_details_refuse(struct processes *processes, struct process *process)
{
	process->fact.flags |= FACT_DETAILS_REFUSED;
	process->asking.again = false;
	processes->due[processes_index(processes, process)] = false;
	processes_update(processes, process);
}

/* The pause is never forgotten: else a process would buy a new reader with each new name. */
void process_details_cost(struct processes *processes, struct process *process)
{
	struct process_asking *asking = &process->asking;

	asking->back_off.count *= 2;
	if (asking->back_off.count < COST_FIRST_SEC * NSEC_PER_SEC)
		asking->back_off.count = COST_FIRST_SEC * NSEC_PER_SEC;
	if (asking->back_off.count > COST_MAX_SEC * NSEC_PER_SEC)
		asking->back_off.count = COST_MAX_SEC * NSEC_PER_SEC;
	asking->not_before = nsec_after(clock_now(), asking->back_off);
	process_details_refuse(processes, process);
}

bool process_details_may_ask(const struct process *process, struct nsec now)
{
	return processes_shows(process) && !process->closing &&
	       !(process->fact.flags & (FACT_KERNEL_THREAD | FACT_DYING | FACT_DETAILS_REFUSED)) &&
	       nsec_reached(now, process->asking.not_before);
}
