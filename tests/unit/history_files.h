/*
 * A folder of its own with the two files of a history, for those who write and for those who read them.
 * A test's main file includes it once.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings/history_file.h"
#include "unit/unit.h"

static char folder[] = "/tmp/test_history.XXXXXX";
static char newer[64], older[64];

static inline void folder_make(void)
{
	memcpy(strrchr(folder, '.') + 1, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(newer, sizeof(newer), "%s/" HISTORY_NAME, folder);
	(void)snprintf(older, sizeof(older), "%s/" HISTORY_OLD_NAME, folder);
}

static inline void folder_remove(void)
{
	(void)unlink(newer);
	(void)unlink(older);
	(void)rmdir(folder);
}

/* @mode: as of fopen(3). */
static inline void file_put(const char *path, const char *mode, const char *text)
{
	FILE *file = fopen(path, mode);

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}
