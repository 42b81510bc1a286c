/* See release.h. */
#include "supervisor/release.h"

#include <errno.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/attribute.h"
#include "supervisor/freezer.h"
#include "supervisor/inherited.h"
#include "supervisor/publication.h"
#include "supervisor/report.h"

#define SECOND_LOOK_MSEC 1000

void release_begin(const struct publisher *publisher, struct publication *publication)
{
	publication->phase = PUBLICATION_RELEASE;
	if (publication->want == ROSTER_WANT_ARMED)
		publication->want = ROSTER_WANT_HELD;
	publication->guardian.gone_sent = false;
	publication->handler.gone_sent = false;
	publication->children_freed = (struct nsec){ 0 };
	publication->restored = false;
	publication->release_beat = atomic_load(&publisher->tables->pulse->handler_beat);
	publication_write(publisher, publication);
}

/*
 * The handler confirms by reading before it says HELD. A turn of its loop that began before the release
 * may still be arming a group that is HELD on the board: after two beats one whole turn has seen it.
 */
static bool handler_let_go(const struct publisher *publisher, const struct publication *publication)
{
	const struct board_slot *board = &publisher->tables->outcomes->board[publication->slot];
	enum board_state state = atomic_load(&board->state);

	if (!publication_handler_holds(publisher, publication))
		return true; /* dead: the guardian has handed back, and the next one must not arm it */
	if (atomic_load(&publisher->tables->pulse->handler_beat) < publication->release_beat + 2) {
		(void)io_signal_event(INHERIT_WAKE_HANDLER); /* else it turns once a second */
		return false;
	}
	return state == BOARD_HELD || state == BOARD_ABSENT;
}

/*
 * Only the handler strikes a loan from the ledger. Without one, a loan is over when the lender has taken
 * it back in full; and a cell that cannot be read was left half-written, its write of the knob never came.
 */
static bool loan_is_out(const struct publisher *publisher, const struct publication *publication)
{
	struct roster_slot roster = slots_get(&publisher->slots, publication->slot);

	for (enum knob knob = KNOB_LIMIT; knob <= KNOB_MEMSW_LIMIT; knob++) {
		struct ledger_cell cell;

		if (ledger_read(publisher->tables->ledger, publication->slot, knob, &cell) < 0) {
			if (publication_handler_holds(publisher, publication))
				return true;
			continue;
		}
		if (cell.state == LEDGER_CHANGED && cell.inode == publication->inode &&
		    cell.loan > roster.loan_returned)
			return true;
	}
	return false;
}

/*
 * What was made while the group was armed and inherited the switch. A child that is just being made shows
 * late, hence a second look. What they inherited counts as the value this group was found with.
 *
 * Return: 1 after the second look.
 */
static int children_free(struct publisher *publisher, struct publication *publication)
{
	const struct nsec *first = &publication->children_freed;
	int ret;

	if (publication->saved.found.value[KNOB_OOM_CONTROL] == 1)
		return 1;
	if (first->count &&
	    !nsec_reached(clock_now(), nsec_after(*first, nsec_from_msec(SECOND_LOOK_MSEC))))
		return 0;
	ret = inherited_free(publisher->scan, publication->node);
	if (ret < 0 || first->count)
		return ret < 0 ? ret : 1;
	publication->children_freed = clock_now();
	return 0;
}

static void release_report(const struct publication *publication)
{
	char label[GROUP_LABEL_SIZE];

	report_event(REPORT_RELEASED, "%s: released%s%s", publication_label(publication, label),
		     publication->node->plan.refusal[0] ? ": " : "",
		     publication->node->plan.refusal);
}

/* Return: 1 when the group is as it was found, or is handed on to its next publication. */
static int restore_advance(struct publisher *publisher, struct publication *publication)
{
	int ret = 1;

	if (!publication->node || !publication->attribute)
		return 1;
	if (attribute_is_for_arming(publication)) {
		if (!handler_let_go(publisher, publication) ||
		    loan_is_out(publisher, publication) || freezer_is_out(publisher, publication))
			return 0;
		ret = freezer_unmark(publisher, publication);
		if (ret == 0)
			ret = children_free(publisher, publication);
		if (ret <= 0)
			return ret;
	}
	/* A 1 of its own without the attribute looks inherited to whoever frees the children above. */
	if (attribute_guards_own(publisher, publication)) {
		if (!attribute_has_heir(publication->node))
			return 0;
	} else {
		ret = attribute_take_off(publisher, publication);
		if (ret < 0)
			return ret;
	}
	if (attribute_is_for_arming(publication) && !publication->restored)
		release_report(publication);
	publication->restored = true;
	return 1;
}

static int gone_tell(struct publisher *publisher, struct publication *publication,
		     struct delivery *delivery, int socket)
{
	int ret;

	if (delivery->gone_sent)
		return 0;
	ret = publication_send_gone(publisher, publication, socket);
	delivery->gone_sent = ret == 0;
	return ret;
}

static void publication_end(struct publisher *publisher, struct publication *publication)
{
	io_close(&publication->lock);
	freezer_end(publisher, publication);
	if (publication->node && (publication->registered || publication->attribute)) {
		publication->phase = PUBLICATION_PARKED;
		publication_write(publisher, publication);
		return;
	}
	if (publication->node)
		publication->node->slot = ROSTER_NO_SLOT;
	slots_free(&publisher->slots, publication->slot);
	publication->generation = 0;
}

int release_advance(struct publisher *publisher, struct publication *publication)
{
	int ret = restore_advance(publisher, publication);

	publication_write(publisher, publication);
	if (ret <= 0)
		return ret;
	publication->want = ROSTER_WANT_GONE;
	publication_write(publisher, publication);
	/* Removed while frozen by us: its tasks live on elsewhere, and are thawed through what is held. */
	if (freezer_is_out(publisher, publication))
		return 0;
	/* Sent also to who never answered: the message with the descriptors may still be on its way. */
	ret = gone_tell(publisher, publication, &publication->handler, INHERIT_HANDLER_SOCKET);
	if (ret == 0)
		ret = gone_tell(publisher, publication, &publication->guardian,
				INHERIT_GUARDIAN_SOCKET);
	if (ret < 0)
		return ret;
	if (!publication_handler_holds(publisher, publication) &&
	    !publication_guardian_holds(publisher, publication))
		publication_end(publisher, publication);
	return 0;
}
