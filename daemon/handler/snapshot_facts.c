/* See snapshot_facts.h. Loops are bounded by the tables; the text of a member list by MEMBERS_READS. */
#include "handler/snapshot_facts.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "handler/level.h"
#include "handler/snapshot_entry.h"

/* Facts of a request this long ago no longer count as an answer to the present question. */
#define SNAPSHOT_FRESH_MSEC 100
#define MEMBERS_TEXT_SIZE 1024
#define MEMBERS_READS 128 /* 128 KiB: more pids than a snapshot holds */

static void add_fact(struct handler *handler, const struct snapshot_question *question,
		     uint32_t index, struct label *label)
{
	struct snapshot *snapshot = &handler->snapshot;
	struct candidate *candidate = &snapshot->list[snapshot->count];
	struct fact fact;

	if (facts_read(handler->tables.facts, index, &fact) < 0 || !fact.generation ||
	    fact.slot >= ROSTER_SLOTS || !level_below(handler, fact.slot, question->slot) ||
	    fact.slot_generation != handler->slots[fact.slot].roster.generation) {
		snapshot->missed++;
		return;
	}
	*candidate =
		candidate_of(question->rules, &fact, index, handler->slots[fact.slot].roster.inode,
			     label_of(handler, fact.slot, label));
	candidate->slot = fact.slot;
	snapshot_finish_entry(handler, question, candidate);
	snapshot->count++;
}

static void add_facts(struct handler *handler, const struct snapshot_question *question)
{
	const struct facts *facts = handler->tables.facts;
	uint32_t used = atomic_load(&facts->processes_used);
	struct label label = { .slot = ROSTER_NO_SLOT };

	for (uint32_t i = 0; i < used && i < FACTS_PROCESSES; i++) {
		uint32_t owner = atomic_load_explicit(&facts->owner[i], memory_order_acquire);

		if (owner && owner <= ROSTER_SLOTS &&
		    level_below(handler, owner - 1, question->slot))
			add_fact(handler, question, i, &label);
	}
}

static void index_pids(struct handler *handler)
{
	const struct snapshot *snapshot = &handler->snapshot;

	lookup_empty(&handler->pids);
	for (uint32_t i = 0; i < snapshot->count; i++)
		(void)lookup_add(&handler->pids, snapshot->list[i].who.pid,
				 i); /* the first stays */
}

/* What is done with each pid of a member list, of the group of @slot; false ends the reading. */
struct visit {
	bool (*pid)(struct visit *visit, uint32_t pid);
	uint32_t slot;
	struct handler *handler;
	const struct snapshot_question *question;
};

/*
 * Pids stand one to a line, and a line may be cut by the end of a buffer: what is behind the last
 * newline is carried over to the next read.
 */
static void members_read(int fd, struct visit *visit)
{
	char text[MEMBERS_TEXT_SIZE];
	size_t kept = 0;

	for (int reads = 0; reads < MEMBERS_READS; reads++) {
		ssize_t out = read(fd, text + kept, sizeof(text) - 1 - kept);
		char *line = text;

		if (out <= 0)
			return;
		text[kept + (size_t)out] = '\0';
		for (char *end = strchr(line, '\n'); end; end = strchr(line, '\n')) {
			uint64_t pid;

			/* 0 is a process of a pid namespace we cannot see into. */
			if (text_to_u64(line, NULL, &pid) == 0 && pid > 0 && pid <= INT32_MAX &&
			    !visit->pid(visit, (uint32_t)pid))
				return;
			line = end + 1;
		}
		kept = strlen(line);
		memmove(text, line, kept);
	}
}

/* Return: whether every group of the subtree had a list to read. */
static bool members_visit(struct visit *visit)
{
	struct handler *handler = visit->handler;
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);
	bool all = true;

	for (uint32_t i = 0; i < used && i < ROSTER_SLOTS; i++) {
		int fd;

		if (!handler->slots[i].roster.generation ||
		    !level_below(handler, i, visit->question->slot))
			continue;
		fd = adopt_take_members(&handler->adopt, i, handler->slots[i].roster.generation);
		all = all && fd >= 0;
		if (fd < 0)
			continue; /* the pool is used up until the supervisor refills it */
		visit->slot = i;
		members_read(fd, visit);
		adopt_spend(&handler->adopt, fd);
	}
	return all;
}

static bool add_unknown(struct visit *visit, uint32_t pid)
{
	struct snapshot *snapshot = &visit->handler->snapshot;
	uint32_t known = lookup_find(&visit->handler->pids, pid);
	struct candidate *candidate;

	if (known != LOOKUP_NOBODY) {
		snapshot->list[known].seen = true;
		return true;
	}
	if (snapshot->count == SNAPSHOT_CANDIDATES) {
		snapshot->missed++;
		return true;
	}
	candidate = &snapshot->list[snapshot->count++];
	*candidate = candidate_unknown(pid);
	candidate->slot = visit->slot;
	candidate->who.inode = visit->handler->slots[visit->slot].roster.inode;
	snapshot_finish_entry(visit->handler, visit->question, candidate);
	return true;
}

/* Facts younger than the question are complete: the list of members would say the same. */
static bool facts_suffice(const struct handler *handler, uint32_t slot, struct nsec sampled)
{
	return handler->snapshot.missed == 0 &&
	       handler->snapshot.age.count < nsec_from_msec(SNAPSHOT_FRESH_MSEC).count &&
	       sampled.count >= atomic_load(&handler->tables.outcomes->board[slot].wanted_nsec);
}

void snapshot_take_facts(struct handler *handler, const struct snapshot_question *question)
{
	const struct facts *facts = handler->tables.facts;
	struct snapshot *snapshot = &handler->snapshot;
	struct nsec sampled = { .count = atomic_load(&facts->group[question->slot].sampled_nsec) };
	uint32_t known; /* candidates the facts gave */
	struct visit visit = { .pid = add_unknown, .handler = handler, .question = question };

	snapshot->missed = atomic_load(&facts->group[question->slot].missed);
	snapshot->age = nsec_between(sampled, handler->now);
	add_facts(handler, question);
	snapshot->complete = facts_suffice(handler, question->slot, sampled);
	if (snapshot->complete)
		return;
	known = snapshot->count;
	index_pids(handler);
	snapshot->complete = members_visit(&visit);
	if (!snapshot->complete)
		return;
	/* It has left since the facts were taken: to us it is as good as dead. */
	for (uint32_t i = 0; i < known; i++)
		if (!snapshot->list[i].seen)
			snapshot->list[i].who.flags |= FACT_DYING;
}
