/* See knob_turn.h. */
#include "handler/knob_turn.h"

#include <errno.h>

static bool is_fenced(const struct handler *handler)
{
	return atomic_load(&handler->tables.pulse->epoch) != handler->epoch;
}

/*
 * While we hold a group frozen its freezer is reached through a descriptor of our own: the seat's may be
 * withdrawn meanwhile, when the supervisor finds a stranger in the freezer's group.
 */
static int knob_fd(const struct handler *handler, uint32_t slot, enum knob knob)
{
	const struct slot *self = &handler->slots[slot];
	const struct group_seat *seat = adopt_group(&handler->adopt, slot, self->roster.generation);

	if (knob == KNOB_FREEZER && self->episode && self->episode->freezer_fd >= 0)
		return self->episode->freezer_fd;
	return seat ? seat->fd[knob_file(knob)] : -1;
}

/* Does what the knob reads say that @value has taken effect? */
static bool is_confirmed(enum knob knob, uint64_t value, uint64_t reads)
{
	if (knob == KNOB_OOM_CONTROL || knob == KNOB_FREEZER)
		return reads == value;
	/* Limits are kept in whole pages and unlimited has a ceiling: at least what was asked is enough. */
	return reads >= value || limit_is_unlimited(reads);
}

static int set_and_confirm(struct handler *handler, uint32_t slot, enum knob knob, uint64_t value)
{
	int fd = knob_fd(handler, slot, knob);
	uint64_t reads;
	int ret;

	if (fd < 0)
		return -ESRCH;
	if (is_fenced(handler))
		return -ECANCELED;
	ret = knob_set(knob, fd, value);
	/* Below a group that somebody else froze the state does not tell that ours is thawed. */
	if (ret == 0 && knob == KNOB_FREEZER && value == 0)
		return 0;
	if (ret == 0)
		ret = knob_get(knob, fd, &reads);
	if (ret < 0)
		return ret;
	return is_confirmed(knob, value, reads) ? 0 : -EAGAIN;
}

int knob_announce(struct handler *handler, const struct turn *turn)
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
	return 0;
}

int knob_turn(struct handler *handler, const struct turn *turn)
{
	int ret = knob_announce(handler, turn);

	return ret < 0 ? ret : set_and_confirm(handler, turn->slot, turn->knob, turn->set);
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
