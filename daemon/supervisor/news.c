/*
 * See supervisor.h. News of groups in the main loop: when the source has some, and when a group that was
 * told of and not found is to be looked for again.
 */
#include "supervisor/supervisor.h"

#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "supervisor/report.h"

#define AGAIN_ACCURACY_USEC 1 /* the first wait is 1 ms; 0 would mean sd-event's default, 250 ms */

static void directory_look(void *context, struct node *directory)
{
	struct supervisor *supervisor = context;

	scan_directory(&supervisor->scan, directory);
}

int supervisor_listen(struct supervisor *supervisor)
{
	const struct tree_listener listener = { .look = directory_look, .context = supervisor };

	supervisor->scan = (struct scan){
		.discover = &supervisor->discover,
		.tree = &supervisor->tree,
		.events = &supervisor->events,
	};
	return tree_events_open(&supervisor->tree, listener, &supervisor->events);
}

static int again_set(struct supervisor *supervisor)
{
	struct nsec due = tree_events_due(&supervisor->events);
	int ret;

	if (due.count == UINT64_MAX)
		return sd_event_source_set_enabled(supervisor->again, SD_EVENT_OFF);
	ret = sd_event_source_set_time(supervisor->again, due.count / NSEC_PER_USEC + 1);
	return ret < 0 ? ret : sd_event_source_set_enabled(supervisor->again, SD_EVENT_ONESHOT);
}

static int news_take(struct supervisor *supervisor)
{
	int ret = tree_events_take(&supervisor->events, clock_now());

	if (ret < 0)
		report_event(REPORT_WARNING,
			     "news of groups ended (%s): new ones are found by the rescan only",
			     strerror(-ret));
	if (supervisor->events.lost)
		supervisor_rescan(supervisor);
	else if (supervisor->scan.changed)
		supervisor_settle(supervisor, PLAN_NEW);
	supervisor->scan.changed = false;
	return ret < 0 ? ret : again_set(supervisor);
}

static int on_news(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)source;
	(void)fd;
	(void)events;
	return news_take(context); /* an error takes the source out of the loop */
}

static int on_again(sd_event_source *source, uint64_t usec, void *context)
{
	(void)source;
	(void)usec;
	return news_take(context);
}

int supervisor_add_news(struct supervisor *supervisor, sd_event *event)
{
	int ret = sd_event_add_io(event, NULL, supervisor->events.fd, EPOLLIN, on_news, supervisor);

	if (ret >= 0)
		ret = sd_event_add_time(event, &supervisor->again, CLOCK_MONOTONIC, 0,
					AGAIN_ACCURACY_USEC, on_again, supervisor);
	if (ret >= 0)
		ret = sd_event_source_set_floating(supervisor->again, true);
	if (ret >= 0)
		sd_event_source_unref(supervisor->again);
	return ret;
}
