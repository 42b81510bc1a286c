/*
 * Files for the settings tests: a directory that is removed again, and text put into it. Each test
 * runs in a child of its own (Check's fork mode), so one static directory is enough.
 */
#pragma once

#include <sys/stat.h>

#include "settings/problems.h"
#include "unit/unit.h"

static char files_root[64];

static inline void files_setup(void)
{
	strcpy(files_root, "/tmp/test-settings-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(files_root));
}

static inline void files_teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", files_root);
	ck_assert_int_eq(system(command), 0);
}

/* Return: static text, good until the fourth call after it. */
static inline const char *files_path(const char *name)
{
	static char paths[4][512];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", files_root, name);
	return path;
}

static inline const char *files_write_bytes(const char *name, const void *bytes, size_t length)
{
	const char *path = files_path(name);
	FILE *out = fopen(path, "we");

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(bytes, 1, length, out), length);
	ck_assert_int_eq(fclose(out), 0);
	return path;
}

static inline const char *files_write(const char *name, const char *text)
{
	return files_write_bytes(name, text, strlen(text));
}

static inline void files_directory(const char *name)
{
	ck_assert_int_eq(mkdir(files_path(name), 0700), 0);
}

/* Whether some error stands at @line and its text holds @part. */
static inline int problems_hold(const struct problems *problems, unsigned int line,
				const char *part)
{
	for (size_t i = 0; i < problems->count; i++)
		if (problems->list[i].line == line && strstr(problems->list[i].text, part))
			return 1;
	return 0;
}
