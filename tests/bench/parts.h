/*
 * The parts of the bench, each a case of its own (test.h): it ends the case where it cannot go on, and
 * prints its tables.
 */
#pragma once

/* Who is in a group: programs in the kernel, against the sampler and against fresh reading of /proc. */
void bench_snapshot(void);

/* From the limit to the victim's end, against the kernel's own killer; and from the event to the signal. */
void bench_oom(void);

/* What fork, exec and exit cost more while the kernel tells of them. */
void bench_lifecycle(void);
