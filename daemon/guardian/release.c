/* See release.h. */
#include "guardian/release.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"
#include "guardian/say.h"
#include "guardian/walk.h"

#define LABEL_SIZE 256

/* The path is only for the eye: the link of our own descriptor knows it, whatever it is called now. */
static const char *group_label(const struct held_group *group, char label[static LABEL_SIZE])
{
	char link[40], path[PATH_MAX];
	ssize_t length;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", group->directory);
	length = readlink(link, path, sizeof(path) - 1);
	path[length < 0 ? 0 : length] = '\0';
	return text_escape(path, label, LABEL_SIZE);
}

static void say_not_undone(const struct held_group *group, const char *what)
{
	char label[LABEL_SIZE];

	say_line(SAY_WARNING, "not undone in %s: %s", group_label(group, label), what);
}

/* Return: whether the group is as it was found, without a trace of ours. */
static bool group_release(struct held *held, const struct tables *tables, uint32_t slot)
{
	struct held_group *group = &held->group[slot];
	struct ledger_cell cell;
	int ret;

	if (group->error) {
		say_not_undone(group, strerror(-group->error));
		return false;
	}
	if (held_changed(held, tables->ledger, slot, KNOB_LIMIT, &cell) ||
	    held_changed(held, tables->ledger, slot, KNOB_MEMSW_LIMIT, &cell)) {
		say_not_undone(group, "a raised limit could not be put back");
		return false;
	}
	ret = saved_drop(group->directory);
	if (ret < 0 && ret != -ENODEV && ret != -ENOENT) {
		say_not_undone(group, strerror(-ret));
		return false;
	}
	return true;
}

/*
 * An unmanaged descendant that was at 1 before its ancestor was armed carries the attribute as a
 * protection, and nobody's lock. One with a lock is another instance's, or one that failed above.
 */
static void visit_release(void *context, struct walk_place *place)
{
	struct saved saved;

	(void)context;
	if (saved_load(place->directory, &saved) < 0 ||
	    flock(place->directory, LOCK_EX | LOCK_NB) < 0)
		return;
	(void)saved_drop(place->directory); /* fails only when the group is removed meanwhile */
}

uint32_t release_all(struct held *held, const struct tables *tables)
{
	uint32_t failed = 0;

	for (uint32_t slot = 0; slot < held->used; slot++) {
		struct walk_gaps gaps;

		if (!held->group[slot].generation || !held->group[slot].ours)
			continue;
		failed += !group_release(held, tables, slot);
		walk_below(held->group[slot].directory, 0, visit_release, NULL, &gaps);
	}
	return failed;
}
