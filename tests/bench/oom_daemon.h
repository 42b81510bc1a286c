/*
 * The daemon in a duel with the kernel's killer over one group: it takes the group and gives it back, and
 * says of each victim what it remembers.
 */
#pragma once

#include <sys/types.h>

#include "bench/samples.h"
#include "cgroup/cg.h"

/* Starts it, with nothing to do. */
void oom_daemon_start(void);

/* NULL: it can decide by source bpf. */
const char *oom_daemon_why_no_bpf(void);

/* From now on @cg is its business, decided by @snapshot: the option of that name. */
void oom_daemon_take(const struct cg *cg, const char *snapshot);

/* Now the kernel's killer has it back. */
void oom_daemon_leave(const struct cg *cg);

/* What the records say, as the daemon's clock has it: from when the handler was woken. */
struct oom_account {
	struct samples decided;
	struct samples signalled;
	char source[16]; /* "bpf"; "several" when they differ */
	char method[16]; /* of the signal; likewise */
};

/* Adds the records of these victims, all killed one by one, and waits for them if need be. */
void oom_daemon_recall(const pid_t *victims, unsigned int count, struct oom_account *account);

/* Locked and resident memory of its parts, and how its handler is scheduled. */
void oom_daemon_print(void);
