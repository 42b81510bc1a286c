/*
 * See source.h.
 *
 * The self-test asks only for what an episode would use now: the best source, and those before it that
 * have failed; while a group is out of memory, only the latter. Each time it is another group's turn.
 *
 * Of signals it proves what can be proven without one: the program runs, and lets an order pass that
 * names this process with a start that is not its own. Whether a signal arrives shows when one is sent.
 */
#include "handler/source.h"

#include <errno.h>

#include "handler/level.h"
#include "handler/orders.h"
#include "handler/roll_ask.h"

#define SOURCE_TEST_MSEC 10000
#define SOURCE_RETRY_MSEC 1000 /* of one that has failed */

enum source source_best(const struct handler *handler)
{
	uint32_t source = atomic_load(&handler->tables.roster->host.source);

	return source < SOURCE_COUNT ? (enum source)source : SOURCE_FACTS;
}

bool source_is_usable(const struct source_board *board)
{
	return atomic_load(&board->state) == SOURCE_STATE_READY;
}

void source_note(const struct handler *handler, struct source_board *board, int error)
{
	atomic_store(&board->tried_nsec, handler->now.count);
	atomic_fetch_add(&board->uses, 1);
	atomic_store(&board->state, error < 0 ? SOURCE_STATE_FAILED : SOURCE_STATE_READY);
	if (error == 0)
		return;
	atomic_store(&board->error, (uint32_t)-error);
	atomic_fetch_add(&board->failures, 1);
}

bool source_is_excused(const struct handler *handler, uint32_t slot, int error)
{
	struct gauges gauges;
	int ret = error == -ENODEV ? level_gauges(handler, slot, &gauges) : 0;

	return ret == -ENODEV || ret == -ESRCH;
}

/* Descriptors came or went: what is new is believed until it is tried. */
static void note_presence(struct source_board *board, bool here)
{
	if (!here)
		atomic_store(&board->state, SOURCE_STATE_ABSENT);
	else if (atomic_load(&board->state) == SOURCE_STATE_ABSENT)
		atomic_store(&board->state, SOURCE_STATE_READY);
}

static bool has_episode(const struct handler *handler)
{
	for (int i = 0; i < EPISODE_POOL; i++)
		if (handler->episodes[i].phase != EPISODE_FREE)
			return true;
	return false;
}

static bool is_due(const struct handler *handler, const struct source_board *board)
{
	const struct nsec tried = { .count = atomic_load(&board->tried_nsec) };
	uint64_t wait = SOURCE_TEST_MSEC;

	switch ((enum source_state)atomic_load(&board->state)) {
	case SOURCE_STATE_ABSENT:
	case SOURCE_STATE_COUNT:
		return false;
	case SOURCE_STATE_FAILED:
		wait = SOURCE_RETRY_MSEC;
		break;
	case SOURCE_STATE_READY:
		if (has_episode(handler))
			return false; /* it uses them, and its time is dear */
		break;
	}
	return !tried.count || nsec_reached(handler->now, nsec_after(tried, nsec_from_msec(wait)));
}

/* The managed slot behind the one that was last asked for, or ROSTER_NO_SLOT. */
static uint32_t next_managed(const struct handler *handler)
{
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);

	if (used > ROSTER_SLOTS)
		used = ROSTER_SLOTS;
	for (uint32_t i = 1; i <= used; i++) {
		uint32_t number = (handler->tested_slot + i) % used;
		const struct roster_slot *roster = &handler->slots[number].roster;

		if (roster->generation && roster->role == ROSTER_MANAGED)
			return number;
	}
	return ROSTER_NO_SLOT;
}

static void try_source(struct handler *handler, enum source source)
{
	uint32_t number = next_managed(handler);
	int error;

	if (number == ROSTER_NO_SLOT)
		return;
	handler->tested_slot = number;
	error = roll_ask(handler, source, handler->slots[number].roster.inode);
	if (!source_is_excused(handler, number,
			       error)) /* else the next sweep asks for another one */
		source_note(handler, &handler->tables.outcomes->sources[source], error);
}

static void test_sources(struct handler *handler)
{
	struct source_board *boards = handler->tables.outcomes->sources;

	for (enum source source = SOURCE_BPF; source < SOURCE_COUNT; source++)
		note_presence(&boards[source], roll_can_ask(handler, source));
	for (enum source source = source_best(handler); source < SOURCE_FACTS; source++) {
		if (is_due(handler, &boards[source]))
			try_source(handler, source);
		if (source_is_usable(&boards[source]))
			return;
	}
}

/* Nobody's: this process has not started at 0. */
static void try_kill(struct handler *handler)
{
	uint32_t own = atomic_load(&handler->tables.pulse->handler.pid);

	orders_begin(handler);
	(void)orders_add(handler,
			 (struct order){ .pid = own, .live = own }); /* there is room for one */
	if (orders_signal(handler, 0) == 0 && orders_error(handler, 0) != -ESRCH)
		source_note(handler, &handler->tables.outcomes->kill, -EPROTO);
}

static void test_kill(struct handler *handler)
{
	struct source_board *board = &handler->tables.outcomes->kill;

	note_presence(board, adopt_program(&handler->adopt, ROLL_SIGNAL) >= 0 &&
				     adopt_program(&handler->adopt, ROLL_FIND) >= 0);
	if (is_due(handler, board))
		try_kill(handler);
}

void source_test(struct handler *handler)
{
	test_sources(handler);
	test_kill(handler);
}
