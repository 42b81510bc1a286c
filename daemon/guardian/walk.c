/*
 * See walk.h. A stack of levels instead of recursion, and getdents64 instead of readdir: the guardian's
 * memory is locked, and it must be able to walk when there is none to allocate.
 */
#include "guardian/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include "base/io.h"

#define ENTRIES_SIZE 2048 /* seven names of the greatest length */
#define PATH_SIZE (WALK_DEPTH * (NAME_MAX + 1) + 1)
#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct level {
	int fd; /* owner: the level */
	size_t path_length;
	uint64_t mark;
	size_t at;
	size_t filled;
	_Alignas(struct dirent64) char entries[ENTRIES_SIZE];
};

static struct {
	struct level level[WALK_DEPTH];
	char path[PATH_SIZE];
} walk;

static bool error_is_removal(int error)
{
	return error == -ENOENT || error == -ENODEV;
}

static void gap_note(struct walk_gaps *gaps, int error)
{
	if (error_is_removal(error))
		return;
	gaps->unreadable++;
	gaps->error = error;
}

/* Kernfs fills in d_type; DT_UNKNOWN is left to openat's O_DIRECTORY. */
static bool entry_may_be_directory(const struct dirent64 *entry)
{
	return (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) &&
	       strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* The next name of this level, NULL at its end. Borrowed until the next call. */
static const char *level_next(struct level *level, struct walk_gaps *gaps)
{
	for (;;) {
		const struct dirent64 *entry;

		if (level->at == level->filled) {
			ssize_t out = getdents64(level->fd, level->entries, sizeof(level->entries));

			if (out < 0)
				gap_note(gaps, -errno);
			if (out <= 0)
				return NULL;
			level->filled = (size_t)out;
			level->at = 0;
		}
		entry = (const struct dirent64 *)&level->entries[level->at];
		level->at += entry->d_reclen;
		if (entry_may_be_directory(entry))
			return entry->d_name;
	}
}

/* @fd changes hands. */
static void level_enter(struct level *level, int fd, uint64_t mark)
{
	level->fd = fd;
	level->path_length = strlen(walk.path);
	level->mark = mark;
	level->at = 0;
	level->filled = 0;
}

static void path_set(const struct level *level, const char *name)
{
	size_t length = strlen(name);

	walk.path[level->path_length] = '/';
	memcpy(&walk.path[level->path_length + 1], name, length + 1);
}

/* Return: the descriptor of the child, or a negative errno. */
static int child_open(const struct level *level, const char *name)
{
	int fd = openat(level->fd, name, OPEN_FLAGS);

	return fd < 0 ? -errno : fd;
}

void walk_below(int directory, uint64_t mark, walk_visit visit, void *context,
		struct walk_gaps *ret_gaps)
{
	struct walk_gaps gaps = { 0 };
	int fd = openat(directory, ".", OPEN_FLAGS);
	size_t depth = 0;

	walk.path[0] = '\0';
	if (fd < 0)
		gap_note(&gaps, -errno);
	else
		level_enter(&walk.level[depth++], fd, mark);
	while (depth > 0) {
		struct level *level = &walk.level[depth - 1];
		const char *name = level_next(level, &gaps);
		struct walk_place place;

		if (!name) {
			io_close(&level->fd);
			depth--;
			continue;
		}
		fd = child_open(level, name);
		if (fd < 0) {
			if (fd != -ENOTDIR)
				gap_note(&gaps, fd);
			continue;
		}
		path_set(level, name);
		place = (struct walk_place){
			.directory = fd,
			.path = walk.path,
			.above = level->mark,
			.mark = level->mark,
		};
		visit(context, &place);
		if (depth < WALK_DEPTH) {
			level_enter(&walk.level[depth++], fd, place.mark);
			continue;
		}
		gaps.too_deep++;
		io_close(&fd);
	}
	*ret_gaps = gaps;
}
