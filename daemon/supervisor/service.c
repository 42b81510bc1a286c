/* See service.h. sd_notify() never fails in a way that would matter here: nobody listens, or somebody does. */
#include "supervisor/service.h"

#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"

/* Ticks of a second; the handler beats once a second when idle, so one missed tick is only jitter. */
#define SERVICE_MISSED_TICKS 3

void service_init(struct service *service)
{
	/* Meant for the main process, the guardian; we answer in its place. */
	(void)unsetenv("WATCHDOG_PID");
	*service = (struct service){ .watchdog = sd_watchdog_enabled(0, NULL) > 0 };
}

void service_ready(void)
{
	(void)sd_notify(0, "READY=1");
}

void service_reloading(void)
{
	/* MONOTONIC_USEC= is what Type=notify-reload asks for; Type=notify ignores it. */
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
			 (unsigned long long)(clock_now().count / NSEC_PER_USEC));
}

void service_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

static unsigned int beat_follow(uint64_t *last, uint64_t now, unsigned int missed)
{
	if (*last == now)
		return missed + 1;
	*last = now;
	return 0;
}

/* A beat seen now may be older than a fence seen now: only the epoch of the last tick is surely its own. */
static void handler_follow(struct service *service, const struct pulse *pulse)
{
	uint32_t epoch = atomic_load(&pulse->epoch);

	service->handler_missed = beat_follow(
		&service->handler_beat, atomic_load(&pulse->handler_beat), service->handler_missed);
	if (service->handler_missed == 0)
		service->handler_epoch = service->epoch;
	else if (epoch != service->handler_epoch)
		service->handler_missed = 0;
	service->epoch = epoch;
}

void service_tick(struct service *service, const struct pulse *pulse)
{
	service->guardian_missed =
		beat_follow(&service->guardian_beat, atomic_load(&pulse->guardian_beat),
			    service->guardian_missed);
	handler_follow(service, pulse);
	if (service->watchdog && service->guardian_missed < SERVICE_MISSED_TICKS &&
	    service->handler_missed < SERVICE_MISSED_TICKS)
		(void)sd_notify(0, "WATCHDOG=1");
}
