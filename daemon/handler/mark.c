/* See mark.h. */
#include "handler/mark.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>

#include "base/io.h"
#include "base/text.h"

#define MARK_ADJ 1000 /* OOM_SCORE_ADJ_MAX, include/uapi/linux/oom.h */

/* What each mark was put through: our own, because the sampler may give the seat to another process. */
static int mark_fds[LEDGER_MARKS];

static int adj_write(int fd, int32_t value)
{
	char text[TEXT_U64_SIZE + 1] = "-";

	(void)text_from_u64((uint64_t)(value < 0 ? -value : value), text + 1);
	return io_write_at_start(fd, value < 0 ? text : text + 1);
}

/* As it reads now: facts may have been taken while a mark was on, or before its owner changed it. */
static int32_t adj_read(int fd, int32_t fallback)
{
	char text[TEXT_U64_SIZE + 1];
	bool negative;
	uint64_t value;

	if (io_read_at_start(fd, text, sizeof(text)) < 0)
		return fallback;
	negative = text[0] == '-';
	if (text_to_u64(text + negative, NULL, &value) < 0 || value > MARK_ADJ)
		return fallback;
	return negative ? -(int32_t)value : (int32_t)value;
}

/* False for a mark whose writer died in the middle of it. */
static bool mark_read(const struct handler *handler, int number, struct ledger_mark *ret_mark)
{
	return sequence_load(&handler->tables.ledger->marks[number].sequence, ret_mark,
			     &handler->tables.ledger->marks[number].mark, sizeof(*ret_mark)) == 0;
}

static int free_mark(const struct handler *handler)
{
	struct ledger_mark mark;

	for (int i = 0; i < LEDGER_MARKS; i++)
		if (!mark_read(handler, i, &mark) || mark.state == LEDGER_CLEAR)
			return i;
	return -ENFILE;
}

/* While another mark is on the same process it reads our own 1000. */
static int32_t found_before(const struct handler *handler, uint32_t pid, int32_t found)
{
	struct ledger_mark mark;

	for (int i = 0; i < LEDGER_MARKS; i++)
		if (mark_read(handler, i, &mark) && mark.state == LEDGER_CHANGED && mark.pid == pid)
			return mark.found;
	return found;
}

static void ledger_put(struct handler *handler, int number, const struct ledger_mark *mark)
{
	sequence_store(&handler->tables.ledger->marks[number].sequence,
		       &handler->tables.ledger->marks[number].mark, mark, sizeof(*mark));
}

static const struct process_seat *seat_of(const struct handler *handler,
					  const struct candidate *candidate)
{
	const struct process_seat *seat = NULL;

	if (candidate->index != CANDIDATE_NO_SEAT)
		seat = adopt_process(&handler->adopt, candidate->index, candidate->generation);
	return seat && seat->adj_fd >= 0 ? seat : NULL;
}

bool mark_is_possible(const struct handler *handler, const struct candidate *candidate)
{
	return seat_of(handler, candidate) != NULL;
}

int mark_put(struct handler *handler, const struct candidate *candidate)
{
	const struct process_seat *seat = seat_of(handler, candidate);
	struct ledger_mark mark = {
		.state = LEDGER_CHANGED,
		.pid = candidate->who.pid,
		.found = candidate->who.oom_score_adj,
		.set = MARK_ADJ,
	};
	int number = free_mark(handler), ret;

	if (number < 0 || !seat)
		return number < 0 ? number : -ESRCH;
	mark_fds[number] = fcntl(seat->adj_fd, F_DUPFD_CLOEXEC, 0);
	if (mark_fds[number] < 0)
		return -errno;
	mark.found = found_before(handler, mark.pid, adj_read(mark_fds[number], mark.found));
	ledger_put(handler, number, &mark);
	ret = adj_write(mark_fds[number], MARK_ADJ);
	if (ret < 0) {
		ledger_put(handler, number, &(struct ledger_mark){ .state = LEDGER_CLEAR });
		adopt_spend(&handler->adopt, mark_fds[number]);
		return ret;
	}
	return number + 1;
}

void mark_remove(struct handler *handler, uint32_t number)
{
	struct ledger_mark mark;
	uint32_t at = number - 1;

	assert(number >= 1 && number <= LEDGER_MARKS);
	/* -ESRCH: the kernel took our choice, nothing to put right. */
	if (mark_read(handler, (int)at, &mark) && mark.state == LEDGER_CHANGED)
		(void)adj_write(mark_fds[at], mark.found);
	adopt_spend(&handler->adopt, mark_fds[at]);
	ledger_put(handler, (int)at, &(struct ledger_mark){ .state = LEDGER_CLEAR });
}
