/* See held.h. */
#include "guardian/held.h"

#include <assert.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/io.h"

#define FILES_NEEDED (1u << GROUP_DIRECTORY | 1u << GROUP_OOM_CONTROL)

static const struct held_group group_free = {
	.directory = -1,
	.knob = { -1, -1, -1, -1 },
};
static_assert(KNOB_COUNT == 4, "a descriptor that is not open is -1");

const struct saved held_saved_unknown = {
	.found.value = { 0, KNOB_ABSENT, KNOB_ABSENT, KNOB_ABSENT },
	.lent.value = { KNOB_ABSENT, KNOB_ABSENT, KNOB_ABSENT, KNOB_ABSENT },
};

void held_init(struct held *held)
{
	for (uint32_t slot = 0; slot < ROSTER_SLOTS; slot++)
		held->group[slot] = group_free;
	held->used = 0;
}

void held_group_done(struct held_group *group)
{
	for (int knob = 0; knob < KNOB_COUNT; knob++)
		io_close(&group->knob[knob]);
	io_close(&group->directory);
	*group = group_free;
}

/* Moves the descriptors that @files announces to their places; the others stay in @fds. */
static int fds_sort(uint32_t files, int *fds, size_t count, struct held_group *group)
{
	size_t at = 0;

	for (int file = 0; file < GROUP_FILE_COUNT; file++) {
		int *place = file == GROUP_DIRECTORY ? &group->directory : NULL;

		if (!(files & 1u << file))
			continue;
		if (at == count)
			return -EPROTO;
		for (int knob = 0; knob < KNOB_COUNT; knob++)
			if (knob_file((enum knob)knob) == (enum group_file)file)
				place = &group->knob[knob];
		if (place) {
			*place = fds[at];
			fds[at] = -1;
		}
		at++;
	}
	return at == count && (files & FILES_NEEDED) == FILES_NEEDED ? 0 : -EPROTO;
}

static int group_fill(const struct wire *wire, int *fds, size_t count, struct held_group *ret_group)
{
	struct held_group group = group_free;
	struct stat status;
	int ret = fds_sort(wire->files, fds, count, &group);

	if (ret == 0 && (wire->slot >= ROSTER_SLOTS || wire->generation == 0))
		ret = -EPROTO;
	if (ret == 0 && fstat(group.directory, &status) < 0)
		ret = -errno;
	if (ret < 0) {
		held_group_done(&group);
		return ret;
	}
	group.generation = wire->generation;
	group.inode = status.st_ino;
	*ret_group = group;
	return 0;
}

static void fd_swap(int *one, int *other)
{
	int fd = *one;

	*one = *other;
	*other = fd;
}

int held_take(struct held *held, const struct wire *wire, int *fds, size_t count)
{
	struct held_group group, *seat;
	int ret = group_fill(wire, fds, count, &group);

	for (size_t i = 0; i < count; i++)
		io_close(&fds[i]);
	if (ret < 0)
		return ret;
	seat = &held->group[wire->slot];
	if (seat->generation && seat->inode == group.inode) {
		fd_swap(&seat->directory, &group.directory);
		fd_swap(&seat->knob[KNOB_FREEZER], &group.knob[KNOB_FREEZER]);
		group.ours = seat->ours; /* an undo may be under way */
		group.frozen = seat->frozen;
		group.saved = seat->saved;
		group.target = seat->target;
	}
	held_group_done(seat);
	*seat = group;
	if (held->used <= wire->slot)
		held->used = wire->slot + 1;
	return 0;
}

/* One that has not been answered is not on: its freezer is the one of the message. */
static bool freeze_is_on(const struct held *held, const struct tables *tables, uint32_t slot)
{
	struct ledger_cell cell;

	return held_changed(held, tables->ledger, slot, KNOB_FREEZER, &cell) &&
	       atomic_load(&tables->roster->freezes[slot]) == cell.loan;
}

int held_take_freezer(struct held *held, const struct tables *tables, const struct wire *wire,
		      int *fd)
{
	struct held_group *group = &held->group[wire->slot % ROSTER_SLOTS];
	bool known = wire->slot < held->used && group->generation &&
		     group->generation == wire->generation;

	if (known && !freeze_is_on(held, tables, wire->slot))
		fd_swap(&group->knob[KNOB_FREEZER], fd);
	io_close(fd);
	return known ? 0 : -EPROTO;
}

bool held_drop(struct held *held, uint32_t slot, uint32_t generation)
{
	if (slot >= held->used || generation == 0 || held->group[slot].generation != generation)
		return false;
	held_group_done(&held->group[slot]);
	return true;
}

bool held_changed(const struct held *held, const struct ledger *ledger, uint32_t slot,
		  enum knob knob, struct ledger_cell *ret_cell)
{
	struct ledger_cell cell;

	/* A torn cell was being written when its writer died: the knob had not been touched yet. */
	if (ledger_read(ledger, slot, knob, &cell) < 0 || cell.state != LEDGER_CHANGED ||
	    cell.inode != held->group[slot].inode)
		return false;
	*ret_cell = cell;
	return true;
}

void held_recall_group(struct held *held, const struct tables *tables, uint32_t slot)
{
	struct held_group *group = &held->group[slot];
	struct roster_slot entry;
	struct ledger_cell cell;
	int ret = saved_load(group->directory, &group->saved);
	bool changed = held_changed(held, tables->ledger, slot, KNOB_OOM_CONTROL, &cell);

	/* The attribute's word on that is older than the ledger's: it may speak of a freeze that is over. */
	group->frozen = held_changed(held, tables->ledger, slot, KNOB_FREEZER, &cell);
	group->ours = ret == 0 || ret == -EBADMSG || changed || group->frozen;
	if (ret == 0)
		return;
	group->saved = held_saved_unknown;
	if (roster_read(tables->roster, slot, &entry) == 0 &&
	    entry.generation == group->generation && entry.saved.value[KNOB_OOM_CONTROL] <= 1)
		group->saved.found = entry.saved;
}

void held_recall(struct held *held, const struct tables *tables)
{
	for (uint32_t slot = 0; slot < held->used; slot++)
		if (held->group[slot].generation)
			held_recall_group(held, tables, slot);
}
