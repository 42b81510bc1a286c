/*
 * Creation, removal and renaming of control groups as they happen: inotify on every group's directory,
 * for kernels that our own program does not tell of them. A watch that could not be set or an overflow
 * costs time, never correctness.
 */
#pragma once

enum watch_event {
	WATCH_CHANGED, /* something was made, removed or renamed in the directory */
	WATCH_ENDED, /* the directory is gone and the watch with it */
	WATCH_OVERFLOW, /* events were lost: look at everything */
};

/* @watch: which directory; -1 for WATCH_OVERFLOW. */
typedef void watch_notify(void *context, enum watch_event event, int watch);

/* Return: an inotify descriptor, non-blocking, or the negative errno of inotify_init1. */
int watch_open(void);

/**
 * watch_add() - watch one directory
 * @directory: any descriptor of it; not kept
 *
 * Errors:  -ENOSPC past fs.inotify.max_user_watches, else the negative errno of inotify_add_watch.
 * Return:  the watch's number, unique while it lives; the same again for a directory watched already.
 */
int watch_add(int inotify, int directory);

/**
 * watch_read() - take one buffer of the events that are there
 *
 * Not all of them: somebody who makes and removes groups in a loop writes faster than they are read, and
 * would keep the main loop here for ever. The descriptor stays readable for the next turn.
 *
 * Errors:  the negative errno of read; no event at all is a success.
 */
int watch_read(int inotify, watch_notify *notify, void *context);
