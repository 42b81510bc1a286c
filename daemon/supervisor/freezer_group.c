/* See freezer_group.h. */
#include "supervisor/freezer_group.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "settings/memory.h"
#include "shared/knobs.h"
#include "supervisor/layout.h"

#define GUIDES_MAX 8 /* members that are asked for their freezer group: the first may be exiting */
#define DOUBTS_MAX 256 /* who stands in one list alone; more come and go only in a fork bomb */
#define PIDS_GROW 256

/* Owner of the list: this struct. */
struct pids {
	uint32_t *list;
	size_t count;
	size_t capacity;
};

static void pids_add(struct pids *pids, uint32_t pid)
{
	if (pids->count == pids->capacity) {
		pids->capacity += PIDS_GROW + pids->capacity / 2;
		pids->list = memory_grow(pids->list, pids->capacity, sizeof(*pids->list));
	}
	pids->list[pids->count++] = pid;
}

static int pid_compare(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

	return (a > b) - (a < b);
}

static bool error_is_removal(int error)
{
	return error == -ENOENT || error == -ENODEV;
}

static int members_add(struct pids *pids, const char *directory)
{
	char path[PATH_MAX];
	FILE *file;
	uint32_t pid;
	int ret;

	if (snprintf(path, sizeof(path), "%s/%s", directory,
		     group_files[GROUP_MEMBERS_FIRST].name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fscanf(file, "%u", &pid) == 1)
		pids_add(pids, pid);
	ret = ferror(file) ? -EIO : 0;
	(void)fclose(file); /* read only: nothing can be lost */
	return ret;
}

/* Groups below that vanish meanwhile have nobody left. */
static int entry_take(struct pids *pids, const FTSENT *entry)
{
	int ret = 0;

	if (entry->fts_info == FTS_D)
		ret = members_add(pids, entry->fts_accpath);
	else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
		ret = -entry->fts_errno;
	return entry->fts_level > FTS_ROOTLEVEL && error_is_removal(ret) ? 0 : ret;
}

/* Everybody in @directory and below, in order. */
static int pids_collect(struct pids *pids, const char *directory)
{
	char *paths[] = { memory_copy_text(directory), NULL };
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	int ret = walk ? 0 : -errno;
	FTSENT *entry;

	while (ret == 0 && (entry = fts_read(walk)))
		ret = entry_take(pids, entry);
	if (walk)
		(void)fts_close(walk); /* frees; has nothing to say */
	free(paths[0]);
	if (pids->count > 0)
		qsort(pids->list, pids->count, sizeof(*pids->list), pid_compare);
	return ret;
}

static bool path_is_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	return strncmp(path, top, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/*
 * One that stands in one list alone is no stranger when it is in both groups by now, or in neither. An
 * exiting one shows the root in both.
 */
static bool is_no_stranger(const struct freezer_question *question,
			   const struct freezer_place *place, uint32_t pid)
{
	const char *group = question->directory + strlen(question->mount);
	char memory[PATH_MAX], freezer[PATH_MAX];

	if (layout_group_of(pid, "memory", memory) < 0 ||
	    layout_group_of(pid, "freezer", freezer) < 0)
		return true; /* gone */
	return path_is_below(memory, group) == path_is_below(freezer, place->path);
}

static bool all_are_in_both(const struct freezer_question *question,
			    const struct freezer_place *place, const struct pids *memory,
			    const struct pids *freezer)
{
	size_t at = 0, other = 0, doubts = 0;

	while (at < memory->count || other < freezer->count) {
		uint32_t one = at < memory->count ? memory->list[at] : UINT32_MAX;
		uint32_t two = other < freezer->count ? freezer->list[other] : UINT32_MAX;
		uint32_t pid = one < two ? one : two;

		at += one == pid;
		other += two == pid;
		if (pid == 0) /* of another pid namespace: nobody can tell who that is */
			return false;
		if (one != two && (++doubts > DOUBTS_MAX || !is_no_stranger(question, place, pid)))
			return false;
	}
	return true;
}

static bool ours_is_in(const struct freezer_question *question, const struct pids *pids)
{
	for (int i = 0; i < FREEZER_OURS; i++) {
		uint32_t pid = (uint32_t)question->ours[i];

		if (pid && pids->count > 0 &&
		    bsearch(&pid, pids->list, pids->count, sizeof(pid), pid_compare))
			return true;
	}
	return false;
}

/* The freezer group of one member; an exiting one seems to be in the root. */
static int place_guess(const struct pids *pids, char ret_path[static PATH_MAX])
{
	for (size_t i = 0; i < pids->count && i < GUIDES_MAX; i++)
		if (layout_group_of(pids->list[i], "freezer", ret_path) == 0 &&
		    strcmp(ret_path, "/") != 0)
			return 0;
	return -ENOENT;
}

static int place_path(const char *path, char ret_path[static PATH_MAX])
{
	char mount[PATH_MAX];

	if (layout_mount("freezer", mount) < 0)
		return -ENXIO;
	return snprintf(ret_path, PATH_MAX, "%s%s", mount, path) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int place_judge(const struct freezer_question *question, const struct pids *memory,
		       struct freezer_place *place)
{
	struct pids freezer = { .list = NULL };
	char directory[PATH_MAX];
	struct stat status;
	int ret = place_path(place->path, directory);

	if (ret == 0 && stat(directory, &status) < 0)
		ret = -errno;
	if (ret == 0)
		ret = pids_collect(&freezer, directory);
	if (ret == 0 &&
	    (ours_is_in(question, &freezer) || !all_are_in_both(question, place, memory, &freezer)))
		ret = -EXDEV;
	free(freezer.list);
	if (ret == 0)
		place->inode = status.st_ino;
	return ret;
}

int freezer_group_find(const struct freezer_question *question, struct freezer_place *ret_place)
{
	struct freezer_place place = { .inode = 0 };
	struct pids memory = { .list = NULL };
	int ret = pids_collect(&memory, question->directory);

	if (ret == 0)
		ret = place_guess(&memory, place.path);
	if (ret == 0)
		ret = place_judge(question, &memory, &place);
	free(memory.list);
	if (ret == 0)
		*ret_place = place;
	return ret;
}

int freezer_group_open(const struct freezer_place *place)
{
	char directory[PATH_MAX];
	struct stat status;
	int ret = place_path(place->path, directory), fd;

	if (ret < 0)
		return ret;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (place->inode && (fstat(fd, &status) < 0 || status.st_ino != place->inode)) {
		io_close(&fd);
		return -ENOENT;
	}
	return fd;
}
