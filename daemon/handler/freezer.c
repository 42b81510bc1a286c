/* See freezer.h. */
#include "handler/freezer.h"

#include <errno.h>
#include <fcntl.h>

#include "base/hold.h"
#include "base/io.h"
#include "handler/knob_turn.h"

static int seat_fd(const struct handler *handler, uint32_t slot)
{
	const struct group_seat *seat =
		adopt_group(&handler->adopt, slot, handler->slots[slot].roster.generation);

	return seat ? seat->fd[GROUP_FREEZER] : -1;
}

/* Neither the group nor one above it is frozen; the same text tells of both. */
static int expect_thawed(int fd)
{
	uint64_t frozen;
	int ret = fd < 0 ? -EOPNOTSUPP : knob_get(KNOB_FREEZER, fd, &frozen);

	if (ret < 0)
		return ret;
	return frozen ? -EALREADY : 0;
}

int freezer_announce(struct handler *handler, struct episode *episode, struct nsec due)
{
	struct slot *slot = &handler->slots[episode->slot];
	struct turn turn = { .slot = episode->slot, .knob = KNOB_FREEZER, .set = 1, .due = due };
	int ret;

	/* A freeze that a predecessor of this handler left behind ends before another begins. */
	(void)freezer_open(handler, episode->slot); /* still frozen: the next line sees it */
	ret = expect_thawed(seat_fd(handler, episode->slot));
	if (ret < 0)
		return ret;
	turn.loan = ++slot->loans;
	ret = knob_announce(handler, &turn);
	if (ret < 0)
		return ret;
	episode->freeze = turn.loan;
	(void)io_signal_event(INHERIT_WAKE_SUPERVISOR); /* it also looks once a second */
	return 0;
}

bool freezer_is_noted(const struct handler *handler, const struct episode *episode)
{
	return episode->freeze &&
	       atomic_load(&handler->tables.roster->freezes[episode->slot]) == episode->freeze;
}

static int freeze(struct handler *handler, struct episode *episode)
{
	struct ledger_cell cell = knob_entry(handler, episode->slot, KNOB_FREEZER);
	const struct turn turn = {
		.slot = episode->slot,
		.knob = KNOB_FREEZER,
		.set = 1,
		.due = { .count = cell.due_nsec },
		.loan = episode->freeze,
	};
	int ret;

	HOLD(HOLD_FREEZE_BEFORE_WRITE);
	ret = knob_turn(handler, &turn);
	HOLD(HOLD_FREEZE_AFTER_WRITE);
	return ret;
}

int freezer_close(struct handler *handler, struct episode *episode)
{
	int fd = seat_fd(handler, episode->slot);
	int ret = episode->freezer_fd >= 0 ? -EBUSY : expect_thawed(fd);

	if (ret == 0) {
		episode->freezer_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		ret = episode->freezer_fd < 0 ? -errno : freeze(handler, episode);
	}
	if (ret < 0)
		(void)freezer_open(handler, episode->slot); /* the caller's next look tries again */
	else
		episode->freeze = 0;
	return ret;
}

/* The kernel has not been told anything yet: the ledger's entry is all there is. */
static bool is_announced_only(const struct episode *episode, const struct ledger_cell *cell)
{
	return episode && episode->freezer_fd < 0 && episode->freeze &&
	       episode->freeze == cell->loan;
}

static int thaw(struct handler *handler, uint32_t slot)
{
	int ret;

	HOLD(HOLD_THAW_BEFORE_WRITE);
	ret = knob_return(handler, slot, KNOB_FREEZER, 0);
	if (ret == -ENODEV)
		knob_strike(handler, slot,
			    KNOB_FREEZER); /* the freezer's group was removed: empty */
	return ret == -ENODEV ? 0 : ret;
}

int freezer_open(struct handler *handler, uint32_t slot)
{
	struct episode *episode = handler->slots[slot].episode;
	struct ledger_cell cell = knob_entry(handler, slot, KNOB_FREEZER);
	int ret = 0;

	if (cell.state == LEDGER_CHANGED && is_announced_only(episode, &cell))
		knob_strike(handler, slot, KNOB_FREEZER);
	else if (cell.state == LEDGER_CHANGED)
		ret = thaw(handler, slot);
	if (ret < 0 || !episode)
		return ret;
	episode->freeze = 0;
	if (episode->freezer_fd >= 0)
		adopt_spend(&handler->adopt, episode->freezer_fd);
	episode->freezer_fd = -1;
	return 0;
}

bool freezer_was_opened(const struct episode *episode)
{
	uint64_t frozen;

	if (episode->freezer_fd < 0)
		return true;
	return knob_get(KNOB_FREEZER, episode->freezer_fd, &frozen) == 0 && !frozen;
}
