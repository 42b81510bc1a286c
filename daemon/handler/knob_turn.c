/* See knob_turn.h. */
#include "handler/knob_turn.h"

#include <errno.h>

#include "handler/level.h"

static bool is_fenced(const struct handler *handler)
{
	return atomic_load(&handler->tables.pulse->epoch) != handler->epoch;
}

static int set_and_confirm(struct handler *handler, uint32_t slot, enum knob knob, uint64_t value)
{
	const struct group_seat *seat =
		adopt_group(&handler->adopt, slot, handler->slots[slot].roster.generation);
	uint64_t reads;
	int fd, ret;

	if (!seat || seat->fd[knob_file(knob)] < 0)
		return -ESRCH;
	if (is_fenced(handler))
		return -ECANCELED;
	fd = seat->fd[knob_file(knob)];
	ret = knob_set(knob, fd, value);
	if (ret == 0)
		ret = knob_get(knob, fd, &reads);
	if (ret < 0)
		return ret;
	/* Limits are kept in whole pages and unlimited has a ceiling: at least what was asked is enough. */
	return knob == KNOB_OOM_CONTROL
		       ? (reads == value ? 0 : -EAGAIN)
		       : (reads >= value || limit_is_unlimited(reads) ? 0 : -EAGAIN);
}

int knob_turn(struct handler *handler, const struct turn *turn)
{
	struct ledger_cell cell = {
		.state = LEDGER_CHANGED,
		.loan = turn->loan,
		.inode = handler->slots[turn->slot].roster.inode,
		.found = turn->found,
		.set = turn->set,
		.due_nsec = turn->due.count,
	};

	if (is_fenced(handler))
		return -ECANCELED;
	ledger_write(handler->tables.ledger, turn->slot, turn->knob, &cell);
	return set_and_confirm(handler, turn->slot, turn->knob, turn->set);
}

int knob_return(struct handler *handler, uint32_t slot, enum knob knob, uint64_t value)
{
	int ret = set_and_confirm(handler, slot, knob, value);

	if (ret == 0)
		knob_strike(handler, slot, knob);
	return ret;
}

struct ledger_cell knob_entry(const struct handler *handler, uint32_t slot, enum knob knob)
{
	struct ledger_cell cell;

	/* The last writer may have died in mid-write; then the entry says nothing that can be trusted. */
	if (ledger_read(handler->tables.ledger, slot, knob, &cell) < 0 ||
	    cell.inode != handler->slots[slot].roster.inode)
		cell = (struct ledger_cell){ .state = LEDGER_CLEAR };
	return cell;
}

void knob_strike(struct handler *handler, uint32_t slot, enum knob knob)
{
	const struct ledger_cell clear = { .state = LEDGER_CLEAR };

	ledger_write(handler->tables.ledger, slot, knob, &clear);
}
