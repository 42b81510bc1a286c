/* See strangers.h. */
#include "handler/strangers.h"

#include <errno.h>
#include <signal.h>

#include "handler/group_owner.h"
#include "handler/handler.h"
#include "handler/pidfd.h"

struct entry {
	uint32_t pid;
	int pidfd;
	bool signalled;
	bool named; /* in this look */
};

static struct {
	struct group_owner owner;
	uint32_t opened; /* in this look */
	uint32_t count;
	struct entry list[STRANGERS_MAX];
} table;

static bool is_owner(const struct episode *episode)
{
	return group_owner_is(&table.owner, episode);
}

static void drop(struct handler *handler, uint32_t at)
{
	adopt_spend(&handler->adopt, table.list[at].pidfd);
	table.list[at] = table.list[--table.count];
}

static void empty(struct handler *handler)
{
	while (table.count)
		drop(handler, table.count - 1);
}

void strangers_begin(struct handler *handler, const struct episode *episode)
{
	if (group_owner_change(handler, episode, &table.owner))
		empty(handler);
	else if (!is_owner(episode))
		return;
	table.opened = 0;
	for (uint32_t i = 0; i < table.count; i++)
		table.list[i].named = false;
}

static struct entry *find(uint32_t pid)
{
	for (uint32_t i = 0; i < table.count; i++)
		if (table.list[i].pid == pid)
			return &table.list[i];
	return NULL;
}

static enum stranger meet_first(uint32_t pid)
{
	int pidfd;

	if (table.count == STRANGERS_MAX || table.opened == STRANGERS_OPENED)
		return STRANGER_WAITING;
	pidfd = pidfd_of(pid);
	if (pidfd == -ESRCH)
		return STRANGER_GONE;
	if (pidfd < 0) {
		table.opened = STRANGERS_OPENED; /* the next one would meet the same limit */
		return STRANGER_WAITING;
	}
	table.opened++;
	table.list[table.count++] = (struct entry){ .pid = pid, .pidfd = pidfd, .named = true };
	return STRANGER_OPENED;
}

/* Twice does no harm; it tells one that is still dying from one that took over the number. */
static enum stranger meet_again(struct handler *handler, struct entry *entry)
{
	bool before = entry->signalled;

	entry->named = true;
	if (pidfd_signal(entry->pidfd, SIGKILL) == 0) {
		entry->signalled = true;
		return before ? STRANGER_DYING : STRANGER_SIGNALLED;
	}
	drop(handler, (uint32_t)(entry - table.list));
	return STRANGER_GONE;
}

enum stranger strangers_meet(struct handler *handler, const struct episode *episode, uint32_t pid)
{
	struct entry *entry;

	if (!is_owner(episode))
		return STRANGER_WAITING;
	entry = find(pid);
	if (!entry)
		return meet_first(pid);
	/* A member that moved may stand in two lists; both are older than the descriptor. */
	if (entry->named)
		return entry->signalled ? STRANGER_DYING : STRANGER_OPENED;
	return meet_again(handler, entry);
}

void strangers_end(struct handler *handler, const struct episode *episode, bool complete)
{
	if (!complete || !is_owner(episode))
		return;
	for (uint32_t i = table.count; i > 0; i--)
		if (!table.list[i - 1].named)
			drop(handler, i - 1);
}

void strangers_release(struct handler *handler, const struct episode *episode)
{
	if (!is_owner(episode))
		return;
	empty(handler);
	table.owner.taken = false;
}
