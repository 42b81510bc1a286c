/*
 * The service manager's side: readiness, reloading, stopping and the watchdog, for the whole daemon.
 * The supervisor speaks for it (NotifyAccess=all): the guardian links nothing but libc. Without a
 * service manager every call does nothing.
 */
#pragma once

#include <stdbool.h>

#include "shared/pulse.h"

struct service {
	bool watchdog; /* the service manager wants to hear from us */
	uint64_t guardian_beat; /* as last seen */
	uint64_t handler_beat;
	unsigned int guardian_missed; /* ticks in a row without a new beat */
	unsigned int handler_missed;
};

/* Reads what the service manager asked for from the environment that the guardian handed on. */
void service_init(struct service *service);

void service_ready(void);
void service_reloading(void);
void service_stopping(void);

/* Once a second: tells the watchdog that we are well, while guardian and handler beat, too. */
void service_tick(struct service *service, const struct pulse *pulse);
