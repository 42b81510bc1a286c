/* See snapshot.h. Loops are bounded by the tables; the text of a member list by MEMBERS_READS. */
#include "handler/snapshot.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"
#include "handler/handler.h"
#include "handler/level.h"

/* Facts of a request this long ago no longer count as an answer to the present question. */
#define SNAPSHOT_FRESH_MSEC 100
#define MEMBERS_TEXT_SIZE 1024
#define MEMBERS_READS 128 /* 128 KiB: more pids than a snapshot holds */

void snapshot_request(struct handler *handler, uint32_t slot)
{
	atomic_store(&handler->tables.outcomes->board[slot].wanted_nsec, handler->now.count);
	(void)io_signal_event(
		INHERIT_WAKE_SAMPLER); /* no answer is an answer too: we go on without */
}

bool snapshot_is_fresh(const struct handler *handler, uint32_t slot, struct nsec since)
{
	return atomic_load(&handler->tables.facts->group[slot].sampled_nsec) >= since.count;
}

static void candidate_from_fact(const struct handler *handler, const struct fact *fact,
				uint32_t index, struct candidate *candidate)
{
	*candidate = (struct candidate){
		.index = index,
		.generation = fact->generation,
		.flags = fact->flags,
		.who = {
			.pid = fact->pid,
			.uid = fact->uid,
			.oom_score_adj = fact->oom_score_adj,
			.rss = fact->anon + fact->file + fact->shmem,
			.swap = fact->swap,
			.page_tables = fact->page_tables,
			.inode = handler->slots[fact->slot].roster.inode,
		},
	};
	memcpy(candidate->who.comm, fact->comm, sizeof(candidate->who.comm));
}

static void add_facts(struct handler *handler, uint32_t slot)
{
	const struct facts *facts = handler->tables.facts;
	struct snapshot *snapshot = &handler->snapshot;
	uint32_t used = atomic_load(&facts->processes_used);

	for (uint32_t i = 0; i < used && i < FACTS_PROCESSES; i++) {
		uint32_t owner = atomic_load_explicit(&facts->owner[i], memory_order_acquire);
		struct fact fact;

		if (!owner || owner > ROSTER_SLOTS || !level_below(handler, owner - 1, slot))
			continue;
		if (facts_read(facts, i, &fact) < 0 || !fact.generation || fact.slot != owner - 1 ||
		    fact.slot_generation != handler->slots[fact.slot].roster.generation) {
			snapshot->missed++;
			continue;
		}
		candidate_from_fact(handler, &fact, i, &snapshot->list[snapshot->count++]);
	}
}

static struct candidate *find_listed(struct snapshot *snapshot, uint32_t known, uint32_t pid)
{
	for (uint32_t i = 0; i < known; i++)
		if (snapshot->list[i].who.pid == pid)
			return &snapshot->list[i];
	return NULL;
}

/* What is done with each pid of a member list; false ends the reading. */
typedef bool member_visit(void *context, uint32_t pid);

/*
 * Pids stand one to a line, and a line may be cut by the end of a buffer: what is behind the last
 * newline is carried over to the next read.
 */
static void members_read(int fd, member_visit *visit, void *context)
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
			    !visit(context, (uint32_t)pid))
				return;
			line = end + 1;
		}
		kept = strlen(line);
		memmove(text, line, kept);
	}
}

/* Return: whether every group of the subtree had a list to read. */
static bool members_visit(struct handler *handler, uint32_t slot, member_visit *visit,
			  void *context)
{
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);
	bool all = true;

	for (uint32_t i = 0; i < used && i < ROSTER_SLOTS; i++) {
		int fd;

		if (!handler->slots[i].roster.generation || !level_below(handler, i, slot))
			continue;
		fd = adopt_take_members(&handler->adopt, i, handler->slots[i].roster.generation);
		all = all && fd >= 0;
		if (fd < 0)
			continue; /* the pool is used up until the supervisor refills it */
		members_read(fd, visit, context);
		adopt_spend(&handler->adopt, fd);
	}
	return all;
}

struct unknown_search {
	struct snapshot *snapshot;
	uint32_t known;
};

static bool add_unknown(void *context, uint32_t pid)
{
	struct unknown_search *search = context;
	struct snapshot *snapshot = search->snapshot;
	struct candidate *listed = find_listed(snapshot, search->known, pid);

	if (listed) {
		listed->seen = true;
		return true;
	}
	if (snapshot->count == SNAPSHOT_CANDIDATES) {
		snapshot->missed++;
		return true;
	}
	snapshot->list[snapshot->count++] = (struct candidate){
		.index = SNAPSHOT_UNKNOWN,
		.who = { .pid = pid, .uid = UINT32_MAX },
	};
	return true;
}

void snapshot_take(struct handler *handler, uint32_t slot)
{
	const struct facts *facts = handler->tables.facts;
	struct snapshot *snapshot = &handler->snapshot;
	struct nsec sampled = { .count = atomic_load(&facts->group[slot].sampled_nsec) };
	struct unknown_search search = { .snapshot = snapshot };

	snapshot->count = 0;
	snapshot->missed = atomic_load(&facts->group[slot].missed);
	snapshot->age = nsec_between(sampled, handler->now);
	add_facts(handler, slot);
	/* Facts younger than the question are complete: the list of members would say the same. */
	if (snapshot->missed == 0 &&
	    snapshot->age.count < nsec_from_msec(SNAPSHOT_FRESH_MSEC).count &&
	    sampled.count >= atomic_load(&handler->tables.outcomes->board[slot].wanted_nsec))
		return;
	search.known = snapshot->count;
	if (!members_visit(handler, slot, add_unknown, &search))
		return;
	/* It has left since the facts were taken: to us it is as good as dead. */
	for (uint32_t i = 0; i < search.known; i++)
		if (!snapshot->list[i].seen)
			snapshot->list[i].flags |= FACT_DYING;
}
