/*
 * The history: one record of an episode per line, as JSON, oldest first, in two files of the state
 * folder. The supervisor appends to the newer one and, when it is full, gives it the older one's name; so
 * whoever reads needs neither a lock nor a living daemon. This is the reading side, without JSON.
 *
 * The last line may be torn: a crash, or a writer at this moment. It and every line that is longer than a
 * record can be is passed over and counted.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "base/units.h"

#define HISTORY_NAME "history.jsonl"
#define HISTORY_OLD_NAME "history.1.jsonl"
#define HISTORY_FILES 2
#define HISTORY_LINE_MAX                                                                           \
	(512 * BYTES_PER_KIB) /* 48 processes in groups with labels of 1 KiB, twice over */

struct history_file {
	FILE *file
		[HISTORY_FILES]; /* owner: this struct; in the order of reading; NULL: there is none */
	uint64_t left[HISTORY_FILES]; /* bytes: what is appended after the opening is not read */
	uint32_t current; /* index of the file that is read */
	char *line; /* owner: this struct */
	uint64_t damaged; /* lines passed over so far; the reader adds those that are not JSON */
};

/**
 * history_file_open() - as it stands now, from its first record
 * @state_dir: borrowed for the call
 *
 * A folder without a history, or no folder, is an empty history.
 *
 * Errors:  what open(2) says; -EBADMSG for what is no regular file; -EAGAIN when both names lead to one
 *          file and stay so; -ENOMEM.
 */
int history_file_open(const char *state_dir, struct history_file *ret_history);

/**
 * history_file_next() - the next line, without its end
 * @ret_line: borrowed until the next call
 *
 * Errors:  -ENODATA after the last one; -EIO when the disk refuses.
 * Return:  its length, at least 1.
 */
int history_file_next(struct history_file *history, const char **ret_line);

/* Back to the first line; none is counted as passed over. */
void history_file_rewind(struct history_file *history);

void history_file_done(struct history_file *history);
