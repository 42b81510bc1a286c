/*
 * A file that never answers: a file server of our own on /dev/fuse, in a process of its own, whose file
 * "hang" withholds every read. A task that faults in a page of it sleeps uninterruptibly and cannot be
 * killed; a task whose memory map is read through it keeps its mmap_lock. Ends when the case ends: the
 * server's death aborts the connection and every sleeper goes on.
 */
#pragma once

#include <stdbool.h>

/* Starts the server, or skips the case where there is no /dev/fuse. */
void fuse_start(void);

/*
 * Path of the file whose first page never comes. Opened with O_NOATIME it goes past the page cache: then
 * mapping it waits, holding mmap_lock for writing, for the page that somebody else is being denied
 * (fuse_file_mmap, fs/fuse/file.c, 6.18).
 */
const char *fuse_hanging_file(void);

/* Waits until a read is being withheld. */
void fuse_expect_withheld(void);

/* Lets everything withheld go on. */
void fuse_release(void);
