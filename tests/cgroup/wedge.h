/*
 * A process whose mmap_lock is held for good: every file in /proc that takes it, its command line among
 * them, hangs whoever reads it. Its page comes through a file that never answers (fuse.h), so it goes on
 * with fuse_release().
 */
#pragma once

#include <sys/types.h>

#include "cgroup/cg.h"

/*
 * Starts it in @cg and waits until reading its command line hangs; after fuse_start(). A reader has the
 * lock, and a writer waits for it.
 */
pid_t wedge_start(const struct cg *cg);

/* Likewise, with the lock held for writing. It cannot be killed before fuse_release(). */
pid_t wedge_start_writer(const struct cg *cg);
