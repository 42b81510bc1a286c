/*
 * See snapshot_roll.h.
 *
 * The roll is indexed by pid, and one pass over the facts notes which entry each may belong to; so
 * everybody is looked at once. A process is its pid and its start. The sampler has the start in whole
 * ticks of the clock; after an exec the process is still itself, but not what its command line says.
 */
#include "handler/snapshot_roll.h"

#include <string.h>

#include "handler/level.h"
#include "handler/snapshot_entry.h"

#define TICK_NSEC (NSEC_PER_SEC / 100) /* USER_HZ, in which /proc/PID/stat counts (proc(5)) */
#define NO_FACT UINT16_MAX

_Static_assert(ROLL_TASKS <= SNAPSHOT_CANDIDATES && ROLL_TASKS <= LOOKUP_MOST, "all find room");
_Static_assert(ROSTER_SLOTS <= LOOKUP_MOST, "all find room");
_Static_assert(FACTS_PROCESSES < NO_FACT, "an index of facts is 16 bits wide");

/* Scratch of one snapshot, as the tables of struct handler are. */
static bool is_below[ROSTER_SLOTS]; /* of the question's subtree */
static uint16_t fact_of[ROLL_TASKS]; /* index of the facts that may be about an entry of the roll */

static uint32_t listed(const struct handler *handler)
{
	uint32_t count = handler->tables.roll->answer.listed;

	return count < ROLL_TASKS ? count : ROLL_TASKS;
}

static void index_groups(struct handler *handler, const struct snapshot_question *question)
{
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);

	memset(is_below, 0, sizeof(is_below));
	lookup_empty(&handler->groups);
	for (uint32_t i = 0; i < used && i < ROSTER_SLOTS; i++) {
		is_below[i] = level_below(handler, i, question->slot);
		if (is_below[i])
			(void)lookup_add(&handler->groups, handler->slots[i].roster.inode, i);
	}
}

static void index_tasks(struct handler *handler)
{
	const struct roll *roll = handler->tables.roll;

	lookup_empty(&handler->pids);
	for (uint32_t i = 0; i < listed(handler); i++) {
		fact_of[i] = NO_FACT;
		/* Behind a zombie leader `iter` meets the same process again: the first stays. */
		(void)lookup_add(&handler->pids, roll->task[i].pid, i);
	}
}

/* Only the pid is looked at here, unprotected: what it says is checked when the fact is read. */
static void index_facts(struct handler *handler)
{
	const struct facts *facts = handler->tables.facts;
	uint32_t used = atomic_load(&facts->processes_used);

	for (uint32_t i = 0; i < used && i < FACTS_PROCESSES; i++) {
		uint32_t owner = atomic_load_explicit(&facts->owner[i], memory_order_acquire);
		uint32_t at;

		if (!owner || owner > ROSTER_SLOTS || !is_below[owner - 1])
			continue;
		at = lookup_find(&handler->pids,
				 __atomic_load_n(&facts->processes[i].fact.pid, __ATOMIC_RELAXED));
		if (at != LOOKUP_NOBODY)
			fact_of[at] = (uint16_t)i;
	}
}

/*
 * The process of the roll has its number from its start until after the question. A fact has a start as it
 * was read, in whole ticks: then it is this one's or not; or until that is read, when its process was met:
 * one that was met in between can only be this one. Of a process that has got the number since, neither
 * holds, so a seat is never another one's: a number does not come round again within a tick.
 */
static bool is_same_process(const struct handler *handler, const struct fact *fact,
			    const struct roll_task *task)
{
	if (!fact->generation || fact->pid != task->pid)
		return false;
	if (fact->start_nsec % TICK_NSEC == 0)
		return fact->start_nsec / TICK_NSEC == task->start_nsec / TICK_NSEC;
	return fact->start_nsec >= task->start_nsec &&
	       fact->start_nsec < handler->snapshot.asked_boot_nsec;
}

/* The names of the executable may differ: of a bind mount /proc has the mount's, the roll the file's. */
static bool is_same_program(const struct fact *fact, const struct roll_task *task)
{
	return strncmp(fact->comm, task->comm, sizeof(fact->comm)) == 0;
}

/* What the sampler knows of entry @at. Return: its index, or CANDIDATE_NO_SEAT with nothing known. */
static uint32_t recall(const struct handler *handler, uint32_t at, struct fact *ret_fact)
{
	const struct roll_task *task = &handler->tables.roll->task[at];

	if (fact_of[at] == NO_FACT ||
	    facts_read(handler->tables.facts, fact_of[at], ret_fact) < 0 ||
	    !is_same_process(handler, ret_fact, task)) {
		*ret_fact = (struct fact){ .generation = 0 };
		return CANDIDATE_NO_SEAT;
	}
	if (!is_same_program(ret_fact, task))
		ret_fact->flags &= ~(uint32_t)FACT_CMDLINE;
	return fact_of[at];
}

/* The kernel cannot know: the guardian, its handler, and its other child, the supervisor. */
static bool is_ours(const struct handler *handler, const struct roll_task *task)
{
	const struct pulse *pulse = handler->tables.pulse;
	uint32_t guardian = atomic_load(&pulse->guardian.pid);

	return task->pid == guardian || task->pid == atomic_load(&pulse->handler.pid) ||
	       (guardian && task->parent_pid == guardian);
}

/* The kernel's word counts; of the sampler's remains what the kernel does not know. */
static void overwrite(const struct handler *handler, const struct roll_task *task,
		      struct fact *fact)
{
	fact->flags &= FACT_CMDLINE | FACT_OURS;
	fact->flags |= task->flags | FACT_DETAILS;
	if (is_ours(handler, task))
		fact->flags |= FACT_OURS;
	fact->pid = task->pid;
	fact->uid = task->uid;
	fact->oom_score_adj = task->oom_score_adj;
	fact->start_nsec = task->start_nsec;
	fact->vm_size = task->vm_size;
	fact->anon = task->anon;
	fact->file = task->file;
	fact->shmem = task->shmem;
	fact->swap = task->swap;
	fact->page_tables = task->page_tables;
	memcpy(fact->comm, task->comm, sizeof(fact->comm));
	memcpy(fact->exe, task->exe, sizeof(fact->exe));
}

/* Of a group that was made a moment ago and has no slot yet: whom its rules protect is in doubt. */
static const char no_label[ROSTER_PATH_SIZE];

static void add_task(struct handler *handler, const struct snapshot_question *question, uint32_t at,
		     struct label *label)
{
	const struct roll_task *task = &handler->tables.roll->task[at];
	struct snapshot *snapshot = &handler->snapshot;
	struct candidate *candidate = &snapshot->list[snapshot->count++];
	struct fact fact;
	uint32_t index = recall(handler, at, &fact);
	uint32_t slot = lookup_find(&handler->groups, task->inode);
	bool newborn = slot == LOOKUP_NOBODY;

	overwrite(handler, task, &fact);
	fact.slot = newborn ? question->slot : slot;
	*candidate = candidate_of(question->rules, &fact, index, task->inode,
				  newborn ? no_label : label_of(handler, slot, label));
	candidate->mm = task->mm;
	candidate->live = task->live;
	candidate->seen = true;
	snapshot_finish_entry(handler, question, candidate);
	snapshot->estimated += (task->flags & FACT_ESTIMATED) != 0;
}

void snapshot_take_roll(struct handler *handler, const struct snapshot_question *question)
{
	const struct roll *roll = handler->tables.roll;
	struct snapshot *snapshot = &handler->snapshot;
	struct label label = { .slot = ROSTER_NO_SLOT };

	snapshot->missed = roll->answer.total - roll->answer.listed;
	snapshot->complete = snapshot->missed == 0;
	snapshot->age = (struct nsec){ 0 };
	index_groups(handler, question);
	index_tasks(handler);
	index_facts(handler);
	for (uint32_t i = 0; i < listed(handler); i++)
		if (lookup_find(&handler->pids, roll->task[i].pid) == i)
			add_task(handler, question, i, &label);
}
