/*
 * The crowd: all the other processes of a host, in whatever group the bench itself was started in. They are
 * as cheap as can be: all of one memory, with a stack of two KiB each, asleep.
 */
#pragma once

/* So many; returns when all of them are there. */
void host_crowd_start(unsigned int count);

/* All are gone when it returns. They also go with the case, and by themselves after a quarter of an hour. */
void host_crowd_stop(void);
