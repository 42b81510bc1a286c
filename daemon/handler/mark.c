/* See mark.h. */
#include "handler/mark.h"

#include <assert.h>
#include <errno.h>

#include "base/io.h"
#include "base/text.h"

#define MARK_ADJ 1000 /* OOM_SCORE_ADJ_MAX, include/uapi/linux/oom.h */

/* Which seat a mark was put through; the ledger itself carries only what the guardian can use. */
static struct {
	uint32_t index;
	uint32_t generation;
} mark_seats[LEDGER_MARKS];

static int adj_write(int fd, int32_t value)
{
	char text[TEXT_U64_SIZE + 1] = "-";

	(void)text_from_u64((uint64_t)(value < 0 ? -value : value), text + 1);
	return io_write_at_start(fd, value < 0 ? text : text + 1);
}

static int free_mark(const struct handler *handler)
{
	struct ledger_mark mark;

	for (int i = 0; i < LEDGER_MARKS; i++)
		if (sequence_load(&handler->tables.ledger->marks[i].sequence, &mark,
				  &handler->tables.ledger->marks[i].mark, sizeof(mark)) < 0 ||
		    mark.state == LEDGER_CLEAR)
			return i;
	return -ENFILE;
}

static void ledger_put(struct handler *handler, int number, const struct ledger_mark *mark)
{
	sequence_store(&handler->tables.ledger->marks[number].sequence,
		       &handler->tables.ledger->marks[number].mark, mark, sizeof(*mark));
}

int mark_put(struct handler *handler, const struct candidate *candidate)
{
	const struct process_seat *seat = NULL;
	struct ledger_mark mark = {
		.state = LEDGER_CHANGED,
		.pid = candidate->who.pid,
		.found = candidate->who.oom_score_adj,
		.set = MARK_ADJ,
	};
	int number = free_mark(handler), ret;

	if (candidate->index != SNAPSHOT_UNKNOWN)
		seat = adopt_process(&handler->adopt, candidate->index, candidate->generation);
	if (number < 0 || !seat || seat->adj_fd < 0)
		return number < 0 ? number : -ESRCH;
	ledger_put(handler, number, &mark);
	ret = adj_write(seat->adj_fd, MARK_ADJ);
	if (ret < 0) {
		ledger_put(handler, number, &(struct ledger_mark){ .state = LEDGER_CLEAR });
		return ret;
	}
	mark_seats[number].index = candidate->index;
	mark_seats[number].generation = candidate->generation;
	return number + 1;
}

void mark_remove(struct handler *handler, uint32_t number)
{
	const struct process_seat *seat;
	struct ledger_mark mark;
	uint32_t at = number - 1;

	assert(number >= 1 && number <= LEDGER_MARKS);
	if (sequence_load(&handler->tables.ledger->marks[at].sequence, &mark,
			  &handler->tables.ledger->marks[at].mark, sizeof(mark)) < 0)
		return;
	seat = adopt_process(&handler->adopt, mark_seats[at].index, mark_seats[at].generation);
	/* -ESRCH: the kernel took our choice, nothing to put right. */
	if (seat && mark.state == LEDGER_CHANGED)
		(void)adj_write(seat->adj_fd, mark.found);
	ledger_put(handler, (int)at, &(struct ledger_mark){ .state = LEDGER_CLEAR });
}
