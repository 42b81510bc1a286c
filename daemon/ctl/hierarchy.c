/* See hierarchy.h. */
#include "ctl/hierarchy.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/stat.h>

/* mountinfo writes blank, tab, newline and backslash as \ooo (seq_path, fs/seq_file.c, 6.12). */
static void unescape_octal(char *text)
{
	char *to = text;

	for (const char *at = text; *at; to++) {
		if (at[0] == '\\' && at[1] >= '0' && at[1] <= '3' && at[2] >= '0' && at[2] <= '7' &&
		    at[3] >= '0' && at[3] <= '7') {
			*to = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
			at += 4;
		} else {
			*to = *at++;
		}
	}
	*to = '\0';
}

static bool lists_memory(char *options)
{
	char *rest = NULL;

	for (char *option = strtok_r(options, ",\n", &rest); option;
	     option = strtok_r(NULL, ",\n", &rest))
		if (strcmp(option, "memory") == 0)
			return true;
	return false;
}

/* "36 31 0:33 ROOT MOUNT OPTIONS [FIELD...] - TYPE SOURCE SUPER-OPTIONS" */
static bool is_memory_mount(char *line, char ret_mount[static PATH_MAX])
{
	char type[32], super[512], mount[PATH_MAX];
	const char *separator = strstr(line, " - ");

	if (!separator || sscanf(line, "%*s %*s %*s %*s %4095s", mount) != 1 ||
	    sscanf(separator, " - %31s %*s %511s", type, super) != 2)
		return false;
	if (strcmp(type, "cgroup") != 0 || !lists_memory(super))
		return false;
	unescape_octal(mount);
	memcpy(ret_mount, mount, sizeof(mount));
	return true;
}

int hierarchy_find(char ret_mount[static PATH_MAX])
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (!file)
		return -errno;
	while (!found && getline(&line, &size, file) >= 0)
		found = is_memory_mount(line, ret_mount);
	free(line);
	(void)fclose(file); /* read only: nothing can be lost */
	return found ? 0 : -ENOENT;
}

int hierarchy_walk(const char *mount, void (*visit)(const char *path, void *context), void *context)
{
	char *const roots[] = { (char *)mount,
				NULL }; /* fts(3) keeps the const it cannot declare */
	size_t length = strlen(mount);
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;

	if (!walk)
		return -errno;
	while ((entry = fts_read(walk)))
		if (entry->fts_info == FTS_D && entry->fts_level > FTS_ROOTLEVEL)
			visit(entry->fts_path + length, context);
	return fts_close(walk) < 0 ? -errno : 0;
}
