/* See loan_bounds.h. */
#include "handler/loan_bounds.h"

#include <errno.h>

#include "handler/knob_turn.h"

/* The sampler reads what is available once a second; a reading as old as this says that it has stopped. */
#define LOAN_READING_SEC 10
/* Loans between two readings; with more of them the next one waits for a reading. */
#define LOAN_RECENT 64

static struct {
	uint32_t next;
	struct {
		struct nsec at;
		struct bytes more;
	} loan[LOAN_RECENT];
} recent;

static uint64_t sum(uint64_t left, uint64_t right)
{
	return left > UINT64_MAX - right ? UINT64_MAX : left + right;
}

struct bytes loan_amount(struct amount amount, struct bytes found)
{
	return (struct bytes){ .count = amount.percent ? found.count / 100 * amount.value
						       : amount.value };
}

struct bytes loan_found(const struct ledger_cell *lent, struct bytes limit)
{
	bool ours = lent->state == LEDGER_CHANGED && limit.count > lent->found &&
		    limit.count <= lent->set;

	return (struct bytes){ .count = ours ? lent->found : limit.count };
}

/* What all groups but @slot owe. */
static uint64_t lent_to_others(const struct handler *handler, uint32_t slot)
{
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);
	uint64_t lent = 0;

	for (uint32_t i = 0; i < used && i < ROSTER_SLOTS; i++) {
		struct ledger_cell cell;

		if (i == slot || !handler->slots[i].roster.generation)
			continue;
		cell = knob_entry(handler, i, KNOB_LIMIT);
		if (cell.state == LEDGER_CHANGED && cell.set > cell.found)
			lent = sum(lent, cell.set - cell.found);
	}
	return lent;
}

/* What was lent since @reading is used up already, as far as it can tell. */
static uint64_t lent_since(struct nsec reading)
{
	uint64_t lent = 0;
	uint32_t counted = 0;

	for (uint32_t i = 0; i < LOAN_RECENT; i++) {
		if (!recent.loan[i].more.count || !nsec_reached(recent.loan[i].at, reading))
			continue;
		lent = sum(lent, recent.loan[i].more.count);
		counted++;
	}
	return counted < LOAN_RECENT ? lent : UINT64_MAX;
}

static int host_stands(const struct handler *handler, struct bytes more)
{
	const struct facts *facts = handler->tables.facts;
	/* The time first: a number newer than its time only makes us count recent loans twice. */
	struct nsec reading = { .count = atomic_load(&facts->available_nsec) };
	uint64_t available = atomic_load(&facts->available_bytes);
	uint64_t floor = atomic_load(&handler->tables.roster->host.min_available);
	struct nsec limit = { .count = LOAN_READING_SEC * NSEC_PER_SEC };

	if (!reading.count || nsec_between(reading, handler->now).count > limit.count)
		return -ENOMEM;
	return available < sum(floor, sum(more.count, lent_since(reading))) ? -ENOMEM : 0;
}

int loan_allowed(const struct handler *handler, uint32_t slot, struct bytes limit)
{
	const struct group_seat *seat =
		adopt_group(&handler->adopt, slot, handler->slots[slot].roster.generation);
	uint64_t cap = atomic_load(&handler->tables.roster->host.loan_cap);
	struct ledger_cell lent = knob_entry(handler, slot, KNOB_LIMIT);
	struct bytes reads, found;
	int ret = seat ? gauge_read(seat->fd[GROUP_LIMIT], &reads.count) : -ESRCH;

	if (ret < 0)
		return ret;
	if (limit.count <= sum(reads.count, handler->page_bytes))
		return 0;
	found = loan_found(&lent, reads);
	if (sum(lent_to_others(handler, slot), limit.count - found.count) > cap)
		return -ENOBUFS;
	return host_stands(handler, (struct bytes){ .count = limit.count - reads.count });
}

void loan_note(struct handler *handler, struct bytes more)
{
	recent.loan[recent.next].at = handler->now;
	recent.loan[recent.next].more = more;
	recent.next = (recent.next + 1) % LOAN_RECENT;
}
