/* See undo.h. */
#include "guardian/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/hold.h"
#include "base/io.h"
#include "guardian/thaw.h"

#define LOOK_COUNT (sizeof(look_msec) / sizeof(look_msec[0]))
/* A group below an ancestor that somebody else armed stays under OOM: looking longer ends nothing. */
#define ROUNDS_MAX 4
/* A pass finds only what was made since the one before; parents read 0 by then, so one is the rule. */
#define PASSES_MAX 16

static const uint32_t look_msec[] = { 10, 100, 1000 }; /* KERNEL.md K1 */

struct pass {
	struct held *held;
	enum undo_verb verb;
	bool again; /* write once more where somebody still sleeps though the switch reads 0 */
	uint32_t number;
	uint32_t found;
};

static uint64_t verb_target(enum undo_verb verb, const struct saved *saved)
{
	return verb == UNDO_HAND_BACK ? 0 : saved->found.value[KNOB_OOM_CONTROL];
}

/* Its own entry of the table is set by undo_begin(); here only not to walk below it twice. */
static void pass_mark_walked(const struct pass *pass, int directory)
{
	struct stat status;

	if (fstat(directory, &status) < 0)
		return;
	for (uint32_t slot = 0; slot < pass->held->used; slot++)
		if (pass->held->group[slot].generation &&
		    pass->held->group[slot].inode == status.st_ino)
			pass->held->group[slot].walked = pass->number;
}

static bool child_needs_write(const struct pass *pass, const struct oom_level *level,
			      uint64_t target)
{
	return target == 0 && (level->kill_disabled || (pass->again && level->under_oom));
}

static void pass_visit(void *context, struct walk_place *place)
{
	const struct group_file_row *row = &group_files[GROUP_OOM_CONTROL];
	struct pass *pass = context;
	struct oom_level level;
	struct saved saved;
	int fd;

	if (saved_load(place->directory, &saved) == 0) {
		place->mark = verb_target(pass->verb, &saved);
		pass_mark_walked(pass, place->directory);
		return;
	}
	fd = openat(place->directory, row->name, row->flags | O_CLOEXEC | O_NOFOLLOW);
	/* Unreadable means removed meanwhile; the confirming pass opens it again if it is not. */
	if (fd < 0)
		return;
	if (oom_level_read(fd, &level) == 0 && child_needs_write(pass, &level, place->above)) {
		(void)knob_set(KNOB_OOM_CONTROL, fd, 0); /* the next pass reads what came of it */
		pass->found += level.kill_disabled;
	}
	io_close(&fd);
}

/* Return: how many inherited switches there were. */
static uint32_t pass_run(struct pass pass, struct walk_gaps *ret_gaps)
{
	static uint32_t number;
	struct held *held = pass.held;
	struct walk_gaps all = { 0 };

	pass.number = ++number;

	for (uint32_t slot = 0; slot < held->used; slot++) {
		const struct held_group *group = &held->group[slot];
		struct walk_gaps gaps;

		if (!group->generation || !group->ours || group->walked == pass.number)
			continue;
		walk_below(group->directory, verb_target(pass.verb, &group->saved), pass_visit,
			   &pass, &gaps);
		all.too_deep += gaps.too_deep;
		all.unreadable += gaps.unreadable;
		all.error = gaps.error ? gaps.error : all.error;
	}
	*ret_gaps = all;
	return pass.found;
}

uint32_t undo_walk(struct held *held, enum undo_verb verb, struct walk_gaps *ret_gaps)
{
	return pass_run((struct pass){ .held = held, .verb = verb }, ret_gaps);
}

/* Return: how many inherited switches there were in all passes. */
static uint32_t walk_until_clear(struct undo *undo)
{
	const struct pass pass = { .held = undo->held, .verb = undo->verb, .again = true };
	uint32_t all = 0, found;
	int passes = 0;

	do {
		found = pass_run(pass, &undo->gaps);
		all += found;
	} while (found > 0 && ++passes < PASSES_MAX);
	undo->children += all;
	return all;
}

/* First the killer, then those it is for: thawed the other way round they would fall asleep again. */
static void group_write(struct held_group *group)
{
	int fd = group->knob[KNOB_OOM_CONTROL];
	int ret = knob_set(KNOB_OOM_CONTROL, fd, group->target);
	int thawed = thaw_group(group);
	uint64_t now;

	if (ret == 0)
		ret = knob_get(KNOB_OOM_CONTROL, fd, &now);
	if (ret == 0 && now != group->target)
		ret = -EIO;
	group->error = ret == -ENODEV || ret == 0 ? thawed : ret;
}

static bool level_is_right(const struct held_group *group, const struct oom_level *level)
{
	return level->kill_disabled == group->target && !(level->under_oom && group->target == 0);
}

/*
 * A thaw is not lost as a wake-up is: it is repeated only because a handler that was killed in the middle
 * of a write may freeze late, and that is no reason for another round of looks.
 *
 * Return: whether there was still something to write.
 */
static bool group_look(struct held_group *group)
{
	struct oom_level level;
	int ret = oom_level_read(group->knob[KNOB_OOM_CONTROL], &level);

	if (ret < 0 || level_is_right(group, &level)) {
		int thawed = thaw_group(group);

		group->error = ret < 0 && ret != -ENODEV ? ret : thawed;
		return false;
	}
	group_write(group);
	return true;
}

static void look_schedule(struct undo *undo)
{
	undo->due = nsec_after(undo->begun, nsec_from_msec(look_msec[undo->look]));
}

void undo_begin(struct undo *undo, struct held *held, enum undo_verb verb)
{
	bool any = false;

	*undo = (struct undo){ .held = held, .verb = verb };
	for (uint32_t slot = 0; slot < held->used; slot++) {
		struct held_group *group = &held->group[slot];

		if (!group->generation || !group->ours)
			continue;
		group->target = verb_target(verb, &group->saved);
		group_write(group);
		any = true;
	}
	if (!any)
		return;
	HOLD(HOLD_HAND_BACK_AFTER_WRITE);
	(void)walk_until_clear(undo); /* counted in undo->children */
	undo->begun = clock_now();
	undo->running = true;
	look_schedule(undo);
}

void undo_continue(struct undo *undo)
{
	bool last = undo->look == LOOK_COUNT - 1;
	bool wrote = false;

	if (last)
		HOLD(HOLD_HAND_BACK_BEFORE_FINAL);
	for (uint32_t slot = 0; slot < undo->held->used; slot++) {
		struct held_group *group = &undo->held->group[slot];

		if (group->generation && group->ours && group_look(group))
			wrote = true;
	}
	if (last && walk_until_clear(undo) > 0)
		wrote = true;
	if (!last) {
		undo->look++;
	} else if (wrote && ++undo->rounds < ROUNDS_MAX) {
		undo->look = 0;
		undo->begun = clock_now();
	} else {
		undo->running = false;
	}
	if (undo->running)
		look_schedule(undo);
}
