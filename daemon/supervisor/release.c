/* See release.h. */
#include "supervisor/release.h"

#include <errno.h>

#include "base/io.h"
#include "supervisor/originals.h"
#include "supervisor/publication.h"
#include "supervisor/report.h"

void release_begin(const struct publisher *publisher, struct publication *publication)
{
	publication->phase = PUBLICATION_RELEASE;
	if (publication->want == ROSTER_WANT_ARMED)
		publication->want = ROSTER_WANT_HELD;
	publication->guardian.gone_sent = false;
	publication->handler.gone_sent = false;
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

static bool loan_is_out(const struct publisher *publisher, const struct publication *publication)
{
	for (enum knob knob = KNOB_LIMIT; knob <= KNOB_MEMSW_LIMIT; knob++) {
		struct ledger_cell cell;

		if (ledger_read(publisher->tables->ledger, publication->slot, knob, &cell) < 0 ||
		    (cell.state == LEDGER_CHANGED && cell.inode == publication->inode))
			return true;
	}
	return false;
}

/* What was made while the group was armed and inherited the switch. */
static void children_free(const struct publisher *publisher, const struct publication *publication)
{
	/* What they inherited counts as the value this group was found with. */
	if (publication->saved.found.value[KNOB_OOM_CONTROL] == 0)
		(void)originals_free_subtree(publisher->mount, publication->node);
}

/* Return: 1 when the group is as it was found. */
static int restore_advance(struct publisher *publisher, struct publication *publication)
{
	char label[GROUP_LABEL_SIZE];
	int directory, ret;

	if (!publication->node || !publication->attribute)
		return 1;
	/* A 1 of its own without the attribute looks inherited to whoever frees the children above. */
	if (publication->role == ROSTER_DESCENDANT &&
	    publish_saved_above(publisher, publication->node))
		return 0;
	if (publication->role == ROSTER_MANAGED) {
		if (!handler_let_go(publisher, publication) || loan_is_out(publisher, publication))
			return 0;
		children_free(publisher, publication);
	}
	directory = publication_open(publisher, publication);
	ret = directory < 0 ? directory : saved_drop(directory);
	io_close(&directory);
	if (ret == -ENOENT)
		return 1; /* the attribute went with the group */
	if (ret < 0)
		return ret;
	publication->attribute = false;
	if (publication->role == ROSTER_MANAGED)
		report_event(REPORT_RELEASED, "%s: released%s%s",
			     publication_label(publication, label),
			     publication->node->plan.refusal[0] ? ": " : "",
			     publication->node->plan.refusal);
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
	if (publication->node && publication->registered) {
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
