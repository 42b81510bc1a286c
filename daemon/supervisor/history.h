/*
 * The history's writing side: settings/history_file.h says what the files are. A record is one write to
 * a file opened for appending, so a reader never meets half of one but at the very end, and a crash in
 * the middle costs the bytes of that record alone: the next start cuts them off, and because the record
 * leaves the handler's ring only when it is in the file, it is then written again.
 *
 * There is no fdatasync(): after a crash of the daemon the page cache has it all, and after one of the
 * machine the journal has it as well. To wait for the disk would mean to wait for a transaction of the
 * file system, which a task asleep in an OOM that nobody can end may hold open.
 */
#pragma once

#include "base/units.h"

/**
 * history_append() - one record
 * @record: JSON without a newline
 * @bound:  for both files together; a file that would pass half of it becomes the older one
 *
 * The file is opened for each record, which are rare: one that was removed, a disk that was full or read
 * only, and a torn end need no memory of them. After an error the file holds whole records alone, or the
 * next call sees to it.
 *
 * Context: reporter thread; may block on the disk.
 * Errors:  -EFBIG for a record larger than half of @bound; -EBADMSG for what is no regular file;
 *          -EWOULDBLOCK while another instance writes to it; else what the file system says: a read-only or full disk, a folder that is not there.
 */
int history_append(const char *state_dir, const char *record, struct bytes bound);
