/*
 * The runtime directory: the lock that says a daemon is alive here, and the supervisor's status page. It
 * must be on a memory file system: a page there that is written back to a disk can wait for the disk.
 */
#pragma once

/**
 * runtime_open() - create the directory if it is missing, check it, take the lock
 * @ret_lock: holds the lock until it is closed
 *
 * Says on stderr what is wrong.
 * Errors:  -EBUSY when another instance holds the lock, -EMEDIUMTYPE on a disk, else what the kernel says.
 */
int runtime_open(const char *path, int *ret_lock);
