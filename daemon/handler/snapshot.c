/* See snapshot.h. Loops are bounded by the tables; the text of a member list by MEMBERS_READS. */
#include "handler/snapshot.h"

#include <stdlib.h>
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
#define SNAPSHOT_PLACES (2 * SNAPSHOT_CANDIDATES)

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

#ifdef HOLD_POINTS
/*
 * Nobody without CAP_SYS_RESOURCE can lower an oom_score_adj to -1000, and test machines are such hosts:
 * there 999 stands in for it.
 */
static void stand_in(struct candidate *candidate)
{
	if (candidate->who.oom_score_adj == 999 && getenv("OOMHANDLERD_HOLD_ADJ"))
		candidate->who.oom_score_adj = -1000;
}
#else
static void stand_in(struct candidate *candidate)
{
	(void)candidate;
}
#endif

/* The child group of the snapshot's group that @slot is in, or that group itself. */
static uint32_t unit_of(const struct handler *handler, uint32_t slot, uint32_t whole)
{
	for (int depth = 0; depth < HANDLER_DEPTH && slot < ROSTER_SLOTS && slot != whole;
	     depth++) {
		if (handler->slots[slot].roster.parent == whole)
			return slot;
		slot = handler->slots[slot].roster.parent;
	}
	return whole;
}

static uint64_t usage_of(const struct handler *handler, uint32_t slot)
{
	const struct group_seat *seat =
		adopt_group(&handler->adopt, slot, handler->slots[slot].roster.generation);
	uint64_t usage;

	return seat && gauge_read(seat->fd[GROUP_USAGE], &usage) == 0 ? usage : 0;
}

/* Of each child group, and of the group itself what its own members have: all, without the children's. */
static void measure_units(struct handler *handler, uint32_t whole)
{
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);
	uint64_t *use = handler->snapshot.unit_use;
	uint64_t own = usage_of(handler, whole), children = 0;

	for (uint32_t i = 0; i < used && i < ROSTER_SLOTS; i++) {
		if (!handler->slots[i].roster.generation ||
		    handler->slots[i].roster.parent != whole)
			continue;
		use[i] = usage_of(handler, i);
		children += use[i];
	}
	use[whole] = own > children ? own - children : 0;
}

static void set_unit(struct handler *handler, const struct snapshot_question *question,
		     struct candidate *candidate)
{
	uint32_t unit;

	if (question->unit != POLICY_UNIT_GROUP)
		return;
	unit = unit_of(handler, candidate->slot, question->slot);
	candidate->unit_use = handler->snapshot.unit_use[unit];
	candidate->unit_inode = handler->slots[unit].roster.inode;
}

/* The label of one group after the other: processes of one group mostly stand together in the table. */
struct label {
	uint32_t slot;
	struct roster_path path;
};

static const char *label_of(const struct handler *handler, uint32_t slot, struct label *label)
{
	if (label->slot == slot)
		return label->path.text;
	label->slot = slot;
	/* Half-written: no cgroup: rule applies, as where a path is too long. */
	if (roster_read_path(handler->tables.roster, slot, &label->path) < 0)
		label->path.text[0] = '\0';
	return label->path.text;
}

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
	set_unit(handler, question, candidate);
	stand_in(candidate);
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

/*
 * Where each process with facts stands in the list, from 1; 0: nobody. By its pid, or behind that where
 * the place is taken: pids are mostly given in a row, so most stand where they belong.
 */
static uint16_t places[SNAPSHOT_PLACES];

_Static_assert(SNAPSHOT_CANDIDATES < UINT16_MAX, "a place is 16 bits wide");

/* Of @pid, or the free one that would be. There is one: half of them are never taken. */
static uint16_t *place_of(const struct snapshot *snapshot, uint32_t pid)
{
	uint32_t at = pid % SNAPSHOT_PLACES;

	while (places[at] && snapshot->list[places[at] - 1].who.pid != pid)
		at = (at + 1) % SNAPSHOT_PLACES;
	return &places[at];
}

static void places_set(const struct snapshot *snapshot)
{
	memset(places, 0, sizeof(places));
	for (uint32_t i = 0; i < snapshot->count; i++) {
		uint16_t *place = place_of(snapshot, snapshot->list[i].who.pid);

		if (!*place)
			*place = (uint16_t)(i + 1);
	}
}

static struct candidate *find_listed(struct snapshot *snapshot, uint32_t pid)
{
	uint16_t place = *place_of(snapshot, pid);

	return place ? &snapshot->list[place - 1] : NULL;
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
	struct candidate *candidate = find_listed(snapshot, pid);

	if (candidate) {
		candidate->seen = true;
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
	set_unit(visit->handler, visit->question, candidate);
	return true;
}

/* Facts younger than the question are complete: the list of members would say the same. */
static bool facts_suffice(const struct handler *handler, uint32_t slot, struct nsec sampled)
{
	return handler->snapshot.missed == 0 &&
	       handler->snapshot.age.count < nsec_from_msec(SNAPSHOT_FRESH_MSEC).count &&
	       sampled.count >= atomic_load(&handler->tables.outcomes->board[slot].wanted_nsec);
}

void snapshot_take(struct handler *handler, const struct snapshot_question *question)
{
	const struct facts *facts = handler->tables.facts;
	struct snapshot *snapshot = &handler->snapshot;
	struct nsec sampled = { .count = atomic_load(&facts->group[question->slot].sampled_nsec) };
	uint32_t known; /* candidates the facts gave */
	struct visit visit = { .pid = add_unknown, .handler = handler, .question = question };

	snapshot->count = 0;
	snapshot->missed = atomic_load(&facts->group[question->slot].missed);
	snapshot->age = nsec_between(sampled, handler->now);
	if (question->unit == POLICY_UNIT_GROUP)
		measure_units(handler, question->slot);
	add_facts(handler, question);
	snapshot->complete = facts_suffice(handler, question->slot, sampled);
	if (snapshot->complete)
		return;
	known = snapshot->count;
	places_set(snapshot);
	snapshot->complete = members_visit(&visit);
	if (!snapshot->complete)
		return;
	/* It has left since the facts were taken: to us it is as good as dead. */
	for (uint32_t i = 0; i < known; i++)
		if (!snapshot->list[i].seen)
			snapshot->list[i].who.flags |= FACT_DYING;
}
