/* See snapshot.h. */
#include "handler/snapshot.h"

#include <time.h>

#include "base/io.h"
#include "handler/handler.h"
#include "handler/roll_ask.h"
#include "handler/snapshot_entry.h"
#include "handler/snapshot_facts.h"
#include "handler/snapshot_roll.h"
#include "handler/source.h"

void snapshot_request(struct handler *handler, uint32_t slot)
{
	atomic_store(&handler->tables.outcomes->board[slot].wanted_nsec, handler->now.count);
	(void)io_signal_event(
		INHERIT_WAKE_SAMPLER); /* no answer is an answer too: we go on without */
}

/* The best source from @source on that has what it needs and is not known to fail. */
static enum source next_usable(const struct handler *handler, enum source source)
{
	while (source < SOURCE_FACTS &&
	       !(source_is_usable(&handler->tables.outcomes->sources[source]) &&
		 roll_can_ask(handler, source)))
		source++;
	return source < SOURCE_FACTS ? source : SOURCE_FACTS;
}

bool snapshot_is_fresh(const struct handler *handler, uint32_t slot, struct nsec since)
{
	return next_usable(handler, source_best(handler)) < SOURCE_FACTS ||
	       atomic_load(&handler->tables.facts->group[slot].sampled_nsec) >= since.count;
}

/* The clock of the starts of processes. */
static uint64_t boot_time(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now); /* since 2.6.39, and the pointer is ours */
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

/* One that fails is left behind, and the first of those is told. */
static enum source ask_sources(struct handler *handler, uint32_t slot)
{
	struct snapshot *snapshot = &handler->snapshot;
	enum source source = next_usable(handler, source_best(handler));

	while (source < SOURCE_FACTS) {
		int error = roll_ask(handler, source, handler->slots[slot].roster.inode);

		if (source_is_excused(handler, slot, error))
			break; /* no other source would find the group */
		source_note(handler, &handler->tables.outcomes->sources[source], error);
		if (error == 0)
			return source;
		if (!snapshot->error) {
			snapshot->failed = source;
			snapshot->error = error;
		}
		source = next_usable(handler, source + 1);
	}
	return SOURCE_FACTS;
}

void snapshot_take(struct handler *handler, const struct snapshot_question *question)
{
	struct snapshot *snapshot = &handler->snapshot;

	snapshot->kept = NULL;
	snapshot->error = 0;
	snapshot->count = 0;
	snapshot->estimated = 0;
	snapshot->asked_boot_nsec = boot_time();
	snapshot_measure_units(handler, question);
	snapshot->source = question->before ? SOURCE_FACTS : ask_sources(handler, question->slot);
	if (snapshot->source != SOURCE_FACTS) {
		snapshot_take_roll(handler, question);
		return;
	}
	source_note(handler, &handler->tables.outcomes->sources[SOURCE_FACTS], 0);
	snapshot_take_facts(handler, question);
}
