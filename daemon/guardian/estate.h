/*
 * What the children inherit: tables, sockets and eventfds, created once and kept open for the guardian's
 * whole life, so that everything in them outlives either child.
 */
#pragma once

#include "guardian/spawn.h"
#include "shared/inherit.h"

enum estate_end {
	ESTATE_SENDER, /* the supervisor's */
	ESTATE_RECEIVER,
	ESTATE_ENDS,
};

/* Owner of every descriptor: this struct. All are above INHERIT_END. */
struct estate {
	int tables[TABLES];
	int guardian; /* pidfd of this process */
	int handler_socket[ESTATE_ENDS];
	int guardian_socket[ESTATE_ENDS];
	int wake_handler;
	int wake_supervisor;
	int wake_sampler;
	int events[INHERIT_EVENTS];
};

/**
 * estate_create() - make all of it
 *
 * Errors:  the negative errno of the call that failed; the process is expected to end.
 */
int estate_create(struct estate *ret_estate);

/* Which descriptor the handler and the supervisor find where; @fds: INHERIT_END of them. */
void estate_for_handler(const struct estate *estate, struct spawn_fd fds[static INHERIT_END]);
void estate_for_supervisor(const struct estate *estate, struct spawn_fd fds[static INHERIT_END]);
