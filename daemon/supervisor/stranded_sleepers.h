/*
 * Stranded sleepers, found by a program in the kernel that lists every task of the host that waits for
 * the end of an OOM, and for which group. Whether that has been removed it knows for certain; whether the
 * group was ours, stranded_groups.h.
 *
 * The list also shows who waits for a group that is armed while the handler sees no OOM there, which its
 * own sweep should make impossible: that is reported.
 *
 * Context: sampler thread.
 */
#pragma once

#include "shared/sleepers.h"
#include "supervisor/groups.h"
#include "supervisor/sampled.h"
#include "supervisor/stranded_groups.h"
#include "supervisor/stray.h"

struct stranded_sleeper {
	struct stray stray;
	uint64_t start_nsec; /* with the pid: its identity */
	bool removed; /* what it waits for is; else the handler overlooks it */
	uint32_t look; /* number of the one that saw it last */
	bool told;
};

struct stranded_sleepers {
	const struct sampled *sampled; /* borrowed for the program's life */
	struct groups *groups; /* likewise */
	uint32_t look; /* number of the last one */
	struct nsec next_look;
	bool worth; /* a group has been armed, or a managed one removed */
	int error; /* of the last look */
	struct stranded_sleeper list[SLEEPERS_MAX];
};

void stranded_sleepers_init(struct stranded_sleepers *sleepers, const struct sampled *sampled,
			    struct groups *groups);

/* The program is there, and its last look did not fail. */
bool stranded_sleepers_can(const struct stranded_sleepers *sleepers);

/* Once per second, as long as there has been anything to wait for; rarer where a look takes long. */
void stranded_sleepers_look(struct stranded_sleepers *sleepers,
			    const struct stranded_groups *removed);

/* When it is due again; UINT64_MAX: not at all. */
struct nsec stranded_sleepers_deadline(const struct stranded_sleepers *sleepers);
