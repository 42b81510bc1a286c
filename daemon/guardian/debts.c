/* See debts.h. */
#include "guardian/debts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/io.h"
#include "guardian/limits.h"
#include "guardian/pin.h"

#define ADJ_TEXT_SIZE 16

static bool mark_read(const struct ledger *ledger, int index, struct ledger_mark *ret_mark)
{
	struct ledger_mark mark;

	if (sequence_load(&ledger->marks[index].sequence, &mark, &ledger->marks[index].mark,
			  sizeof(mark)) < 0 ||
	    mark.state != LEDGER_CHANGED)
		return false;
	*ret_mark = mark;
	return true;
}

bool debts_exist(const struct held *held, const struct ledger *ledger)
{
	struct ledger_cell cell;
	struct ledger_mark mark;

	for (int i = 0; i < LEDGER_MARKS; i++)
		if (mark_read(ledger, i, &mark))
			return true;
	for (uint32_t slot = 0; slot < held->used; slot++)
		if (held->group[slot].generation &&
		    (held_changed(held, ledger, slot, KNOB_LIMIT, &cell) ||
		     held_changed(held, ledger, slot, KNOB_MEMSW_LIMIT, &cell)))
			return true;
	return false;
}

/*
 * oom_score_adj is on the list of files in /proc that never hang (KERNEL.md K8). Another process
 * under the same pid could only be hit if it, too, stood at exactly our value.
 */
static void mark_settle(const struct ledger_mark *mark)
{
	char path[32], text[ADJ_TEXT_SIZE], ours[ADJ_TEXT_SIZE];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%u/oom_score_adj", mark->pid);
	(void)snprintf(ours, sizeof(ours), "%d\n", mark->set);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return; /* it has died: that was the purpose */
	if (io_read_at_start(fd, text, sizeof(text)) > 0 && strcmp(text, ours) == 0) {
		(void)snprintf(text, sizeof(text), "%d", mark->found);
		/* Fails only when it dies at this moment, or above a floor that root has set since. */
		(void)io_write_at_start(fd, text);
	}
	io_close(&fd);
}

static void marks_settle(struct ledger *ledger)
{
	for (int i = 0; i < LEDGER_MARKS; i++) {
		struct ledger_mark mark;

		if (!mark_read(ledger, i, &mark))
			continue;
		mark_settle(&mark);
		mark.state = LEDGER_CLEAR;
		sequence_store(&ledger->marks[i].sequence, &ledger->marks[i].mark, &mark,
			       sizeof(mark));
	}
}

/* Between what was found and what was lent: a lender's step, or an earlier loan. Else the operator's. */
static int cell_settle(const struct held_group *group, enum knob knob,
		       const struct ledger_cell *cell)
{
	int fd = group->knob[knob], ret;
	uint64_t now;

	ret = gauge_read(fd, &now);
	if (ret < 0)
		return ret == -ENODEV ? 0 : ret;
	return now > cell->found && now <= cell->set ? limits_set(knob, fd, cell->found) : 0;
}

static void group_settle(const struct debts_order *order, uint32_t slot)
{
	static const enum knob knobs[] = { KNOB_LIMIT, KNOB_MEMSW_LIMIT }; /* in this order */

	for (int i = 0; i < 2; i++) {
		struct ledger *ledger = order->tables->ledger;
		struct ledger_cell cell;

		if (order->held->group[slot].knob[knobs[i]] < 0 ||
		    !held_changed(order->held, ledger, slot, knobs[i], &cell))
			continue;
		if (cell_settle(&order->held->group[slot], knobs[i], &cell) < 0)
			return; /* the cell stays and says so */
		cell.state = LEDGER_CLEAR;
		ledger_write(ledger, slot, knobs[i], &cell);
	}
}

/*
 * A child stuck in reclaim must not keep a lock after the guardian's death. Opened anew, a directory
 * has an open file of its own, without the lock.
 */
static void locks_leave(const struct debts_order *order)
{
	for (uint32_t slot = 0; slot < order->held->used; slot++) {
		struct held_group *group = &order->held->group[slot];
		int fd;

		if (!group->generation)
			continue;
		fd = openat(group->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		io_close(&group->directory);
		group->directory = fd;
	}
	(void)close(order->lock); /* our copy; the guardian keeps its own */
}

static void settle_all(const struct debts_order *order)
{
	marks_settle(order->tables->ledger);
	for (uint32_t slot = 0; slot < order->held->used; slot++)
		if (order->held->group[slot].generation)
			group_settle(order, slot);
}

int debts_start(const struct debts_order *order, pid_t *ret_pid)
{
	pid_t guardian = getpid(), pid = fork();

	if (pid < 0)
		return -errno;
	if (pid > 0) {
		*ret_pid = pid;
		return 0;
	}
	(void)prctl(PR_SET_NAME, "oom-debts"); /* a label; nothing depends on it */
	locks_leave(order);
	pin_leave();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == guardian)
		settle_all(order);
	_exit(0);
}
