/* See orphans.h. */
#include "guardian/orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/text.h"

#define LABEL_SIZE 1024

struct search {
	struct orphans *orphans;
	const char *label; /* of the root */
	int freezer;
};

const char *orphans_name(const char *label)
{
	return label ? label : "(no memory for its name)";
}

static char *label_make(const struct search *search, const char *path)
{
	char *label = malloc(LABEL_SIZE);
	size_t length;

	if (!label)
		return NULL;
	length = strlen(text_escape(search->label, label, LABEL_SIZE));
	(void)text_escape(path, label + length, LABEL_SIZE - length);
	return label;
}

static bool inode_left(const struct orphans *orphans, uint64_t inode)
{
	for (uint32_t i = 0; i < orphans->left_count; i++)
		if (orphans->left[i] == inode)
			return true;
	return false;
}

/* Return: a descriptor that holds the group's lock, -EWOULDBLOCK when somebody else does. */
static int lock_take(int directory)
{
	/* A duplicate shares the open file, and the lock with it. */
	int fd = fcntl(directory, F_DUPFD_CLOEXEC, 0), ret;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	ret = -errno;
	io_close(&fd);
	return ret;
}

static int knobs_open(struct held_group *group)
{
	for (int knob = 0; knob <= KNOB_MEMSW_LIMIT; knob++) {
		const struct group_file_row *row = &group_files[knob_file((enum knob)knob)];
		int fd = openat(group->directory, row->name, row->flags | O_CLOEXEC | O_NOFOLLOW);

		if (fd < 0 && !(row->optional && errno == ENOENT))
			return -errno;
		group->knob[knob] = fd < 0 ? -1 : fd;
	}
	return 0;
}

/*
 * Where the attribute says that it is frozen. Without a path it was thawed: that is written before the
 * mark, and removed after the thaw. A path that is gone had nobody in it any more; one that is
 * out of reach for another reason is reported with the undo (thaw.h), which does all the rest.
 */
static void freezer_open(const struct search *search, struct held_group *group)
{
	const struct group_file_row *row = &group_files[GROUP_FREEZER];
	int root = search->freezer, flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	char path[PATH_MAX];
	int directory, ret;

	if (!saved_is_frozen(&group->saved))
		return;
	ret = saved_load_freezer(group->directory, path);
	group->frozen = ret != -ENODATA;
	if (ret < 0 || root < 0)
		return;
	directory = openat(root, path + 1, flags);
	group->frozen = directory >= 0 || errno != ENOENT;
	if (directory >= 0)
		group->knob[KNOB_FREEZER] =
			openat(directory, row->name, row->flags | O_CLOEXEC | O_NOFOLLOW);
	io_close(&directory);
}

static int group_open(int directory, struct held_group *group)
{
	int ret = lock_take(directory);

	if (ret < 0)
		return ret;
	group->directory = ret;
	ret = knobs_open(group);
	if (ret < 0)
		held_group_done(group);
	return ret;
}

static void orphan_refused(const struct search *search, const struct walk_place *place, int error)
{
	struct orphans *orphans = search->orphans;

	if (error == -ENOENT || error == -ENODEV || error == -EMFILE)
		return; /* removed, or the next search's */
	if (error == -EWOULDBLOCK && orphans->busy_count < ROSTER_SLOTS)
		orphans->busy[orphans->busy_count++] = label_make(search, place->path);
	if (error != -EWOULDBLOCK && orphans->broken_count < ROSTER_SLOTS)
		orphans->broken[orphans->broken_count++] = label_make(search, place->path);
}

/*
 * The mark handed down says that somebody alive answers for a group above: an attribute without a lock
 * there is his protection of an operator's own 1.
 */
static void visit(void *context, struct walk_place *place)
{
	const struct search *search = context;
	struct held *held = &search->orphans->held;
	struct held_group *group = &held->group[held->used];
	struct stat status;
	struct saved saved;
	int ret = saved_load(place->directory, &saved);

	if ((ret < 0 && ret != -EBADMSG) || fstat(place->directory, &status) < 0 ||
	    inode_left(search->orphans, status.st_ino) || held->used == ROSTER_SLOTS ||
	    place->above)
		return;
	if (ret == -EBADMSG)
		saved = held_saved_unknown;
	ret = group_open(place->directory, group);
	if (ret < 0) {
		place->mark = ret == -EWOULDBLOCK;
		orphan_refused(search, place, ret);
		return;
	}
	group->generation = 1;
	group->inode = status.st_ino;
	group->ours = true;
	group->saved = saved;
	freezer_open(search, group);
	search->orphans->label[held->used++] = label_make(search, place->path);
}

void orphans_find(struct orphans *orphans, int root, const char *label, int freezer)
{
	struct search search = { .orphans = orphans, .label = label, .freezer = freezer };
	struct walk_place place = { .directory = root, .path = "" };

	held_init(&orphans->held);
	visit(&search, &place); /* where a part of the hierarchy is mounted the root is a group */
	walk_below(root, 0, visit, &search, &orphans->gaps);
}

void orphans_leave(struct orphans *orphans, uint32_t slot)
{
	if (orphans->left_count < ROSTER_SLOTS)
		orphans->left[orphans->left_count++] = orphans->held.group[slot].inode;
}

static void labels_free(char **labels, uint32_t *count)
{
	while (*count > 0)
		free(labels[--*count]);
}

void orphans_done(struct orphans *orphans)
{
	for (uint32_t slot = 0; slot < orphans->held.used; slot++)
		held_group_done(&orphans->held.group[slot]);
	labels_free(orphans->label, &orphans->held.used);
	labels_free(orphans->busy, &orphans->busy_count);
	labels_free(orphans->broken, &orphans->broken_count);
}
