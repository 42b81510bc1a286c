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
	uint32_t epoch; /* at the last tick */
	uint32_t handler_epoch; /* at the tick before the handler's last new beat */
	unsigned int guardian_missed; /* ticks in a row without a new beat */
	unsigned int handler_missed;
};

/* Reads what the service manager asked for from the environment that the guardian handed on. */
void service_init(struct service *service);

void service_ready(void);
void service_reloading(void);
void service_stopping(void);

/*
 * Once a second: tells the watchdog that we are well, while guardian and handler beat, too. A fenced
 * handler need not: the guardian waits up to a minute before it starts the next one, longer than the
 * service manager would.
 */
void service_tick(struct service *service, const struct pulse *pulse);
