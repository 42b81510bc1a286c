/* See freezer.h. */
#include "supervisor/freezer.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/io.h"
#include "settings/memory.h"
#include "supervisor/freezer_scout.h"
#include "supervisor/publication.h"

/* A cell that cannot be read was left half-written: the knob had not been touched yet. */
static bool cell_read(const struct publisher *publisher, const struct publication *publication,
		      struct ledger_cell *ret_cell)
{
	return ledger_read(publisher->tables->ledger, publication->slot, KNOB_FREEZER, ret_cell) ==
		       0 &&
	       ret_cell->state == LEDGER_CHANGED && ret_cell->inode == publication->inode;
}

bool freezer_is_out(const struct publisher *publisher, const struct publication *publication)
{
	struct ledger_cell cell;

	return cell_read(publisher, publication, &cell);
}

/* A message counts against its sender until the receiver has taken it (unix(7), SIOCOUTQ). */
static bool all_is_taken(int socket)
{
	int waiting = 0;

	return ioctl(socket, SIOCOUTQ, &waiting) == 0 && waiting == 0;
}

/* The path first: a mark without it would be a freeze that nobody finds. */
static int marks_store(const struct publisher *publisher, struct publication *publication)
{
	struct saved saved = publication->saved;
	int directory = publication_open(publisher, publication);
	int ret = directory < 0 ? directory : 0;

	saved.lent.value[KNOB_FREEZER] = 1;
	if (ret == 0)
		ret = saved_store_freezer(directory, publication->freezer.place->path);
	if (ret == 0)
		ret = saved_store(directory, &saved);
	io_close(&directory);
	if (ret == 0)
		publication->saved = saved;
	return ret;
}

static _Atomic uint32_t *answer_of(const struct publisher *publisher,
				   const struct publication *publication)
{
	return &publisher->tables->roster->freezes[publication->slot];
}

static int freeze_answer(const struct publisher *publisher, struct publication *publication,
			 uint32_t number)
{
	_Atomic uint32_t *answer = answer_of(publisher, publication);
	int ret;

	if (atomic_load(answer) == number || !publication->freezer.receiver)
		return 0;
	/* Whoever takes the last one wakes us; the handler waits for a while, and then does without. */
	if (!all_is_taken(INHERIT_GUARDIAN_SOCKET) || !all_is_taken(INHERIT_HANDLER_SOCKET))
		return 0;
	ret = marks_store(publisher, publication);
	if (ret < 0)
		return ret;
	atomic_store(answer, number);
	(void)io_signal_event(INHERIT_WAKE_HANDLER); /* eventfds of ours do not fail */
	return 0;
}

int freezer_unmark(const struct publisher *publisher, struct publication *publication)
{
	struct saved saved = publication->saved;
	int directory, ret;

	/* The next handler counts from the beginning, and so does the slot's next tenant. */
	atomic_store(answer_of(publisher, publication), 0);
	if (!saved_is_frozen(&saved))
		return 0;
	directory = publication_open(publisher, publication);
	ret = directory < 0 ? directory : 0;
	saved.lent.value[KNOB_FREEZER] = KNOB_ABSENT;
	if (ret == 0)
		ret = saved_store(directory, &saved);
	if (ret == 0)
		ret = saved_drop_freezer(directory);
	io_close(&directory);
	if (ret == -ENOENT || ret == -ENODEV)
		ret = 0;
	if (ret == 0)
		publication->saved = saved;
	return ret;
}

static void freezer_done(struct freezer *freezer)
{
	free(freezer->place);
	*freezer = (struct freezer){ .place = NULL };
}

void freezer_end(const struct publisher *publisher, struct publication *publication)
{
	atomic_store(answer_of(publisher, publication), 0);
	freezer_done(&publication->freezer);
}

static int freezer_take_back(const struct publisher *publisher, struct publication *publication)
{
	int ret = publication_send_freezer(publisher, publication, INHERIT_HANDLER_SOCKET, -1);

	if (ret == 0)
		ret = publication_send_freezer(publisher, publication, INHERIT_GUARDIAN_SOCKET, -1);
	if (ret == 0)
		freezer_done(&publication->freezer);
	return ret;
}

/* To both anew, whoever of them had it: the guardian first, since it has to undo. */
static int freezer_send(const struct publisher *publisher, struct publication *publication)
{
	struct freezer *freezer = &publication->freezer;
	uint32_t handler = publication_handler(publisher); /* one that comes now gets it again */
	int directory = freezer_group_open(freezer->place);
	int ret = directory < 0 ? directory : 0;

	if (ret == 0)
		ret = publication_send_freezer(publisher, publication, INHERIT_GUARDIAN_SOCKET,
					       directory);
	if (ret == 0)
		ret = publication_send_freezer(publisher, publication, INHERIT_HANDLER_SOCKET,
					       directory);
	io_close(&directory);
	if (ret == 0)
		freezer->receiver = handler;
	return ret;
}

static int freezer_offer(const struct publisher *publisher, struct publication *publication,
			 uint32_t version)
{
	struct freezer *freezer = &publication->freezer;

	if (freezer->version != version) {
		freezer_done(freezer);
		freezer->place = memory_new(sizeof(*freezer->place));
		if (freezer_scout_place(publication->slot, publication->generation,
					freezer->place) < 0) {
			freezer_done(freezer);
			freezer->unsure = true; /* answered otherwise meanwhile: next time */
			return 0;
		}
		freezer->version = version;
	}
	if (freezer->receiver == publication_handler(publisher))
		return 0;
	return freezer_send(publisher, publication);
}

int freezer_advance(struct publisher *publisher, struct publication *publication)
{
	const struct freezer_scout_tables with = { publisher->tables, publisher->groups };
	const struct freezer *freezer = &publication->freezer;
	struct ledger_cell cell;
	uint32_t version;
	int ret;

	if (cell_read(publisher, publication, &cell))
		return freeze_answer(publisher, publication, cell.loan);
	ret = freezer_unmark(publisher, publication);
	if (ret == 0)
		ret = freezer_scout_ask(with, publication->slot, publication->generation);
	if (ret < 0)
		return ret;
	ret = freezer_scout_answer(publication->slot, publication->generation, &version);
	if (ret == -EAGAIN)
		return 0;
	if (ret == 0)
		return freezer_offer(publisher, publication, version);
	return freezer->place || freezer->unsure ? freezer_take_back(publisher, publication) : 0;
}
