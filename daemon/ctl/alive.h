/*
 * Whether a daemon is alive behind a runtime directory: the guardian holds an flock on RUNTIME_DIR/lock
 * for its life, and the kernel drops it with the last of its processes. No pid file can be wrong.
 */
#pragma once

enum alive {
	ALIVE_NO,
	ALIVE_YES,
};

/**
 * alive_look() - is the lock of @runtime_dir held
 *
 * Context: takes the lock shared for an instant when nobody holds it.
 * Errors:  what open(2) says, except -ENOENT and -ENOTDIR, which mean that no daemon ever ran there.
 */
int alive_look(const char *runtime_dir, enum alive *ret_alive);
