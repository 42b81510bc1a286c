/*
 * See hook.h. A unix socket connects at once or not at all, but for one case: its queue is full. Then
 * it is tried again while the step's time lasts.
 */
#include "supervisor/hook.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/gauge.h"
#include "supervisor/publication.h"
#include "supervisor/supervisor.h"

/* The handler counts the step's time itself and says so in the record; ours is for the descriptors. */
#define SLACK_MSEC 200
#define RETRY_USEC 20000
#define ACCURACY_USEC 5000

void hook_drop(struct hook *hook)
{
	sd_event_source_disable_unref(hook->io);
	sd_event_source_disable_unref(hook->timer);
	io_close(&hook->socket);
	*hook = (struct hook){ .socket = -1 };
}

static void hook_end(struct hook *hook, int error)
{
	hooks_answer(hook->hooks, hook->slot, hook->number, error);
	hook_drop(hook);
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct hook *hook = context;
	ssize_t out = recv(fd, hook->answer + hook->answered, sizeof(hook->answer) - hook->answered,
			   MSG_DONTWAIT);

	(void)source;
	(void)events;
	if (out < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (out < 0) {
		hook_end(hook, -errno);
		return 0;
	}
	hook->answered += (size_t)out;
	switch (hook_talk_hear(hook->answer, hook->answered, out == 0)) {
	case HOOK_TALK_MORE:
		break;
	case HOOK_TALK_DONE:
		hook_end(hook, 0);
		break;
	case HOOK_TALK_STRANGE:
		hook_end(hook, -EPROTO);
		break;
	}
	return 0;
}

/* What reads up to the end of its input is told that the line was all. */
static int line_send(struct hook *hook)
{
	size_t length = strlen(hook->line);
	ssize_t out = send(hook->socket, hook->line, length, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (out < 0)
		return -errno;
	if ((size_t)out < length)
		return -EIO; /* a new socket has room for more than a line */
	return shutdown(hook->socket, SHUT_WR) < 0 ? -errno : 0;
}

static int hook_connect(struct hook *hook)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int ret;

	static_assert(sizeof(address.sun_path) == POLICY_SOCKET_SIZE, "a path fits");
	memcpy(address.sun_path, hook->step.socket, sizeof(address.sun_path));
	hook->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (hook->socket < 0)
		return -errno;
	ret = connect(hook->socket, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno
											    : 0;
	if (ret == 0)
		ret = line_send(hook);
	if (ret == 0)
		ret = sd_event_add_io(hook->hooks->supervisor->event, &hook->io, hook->socket,
				      EPOLLIN, on_answer, hook);
	if (ret < 0)
		io_close(&hook->socket);
	return ret < 0 ? ret : 0;
}

static uint64_t usec_left(const struct hook *hook)
{
	uint64_t usec = nsec_between(clock_now(), hook->end).count / NSEC_PER_USEC + 1;

	return hook->socket < 0 && usec > RETRY_USEC ? RETRY_USEC : usec;
}

static int on_time(sd_event_source *timer, uint64_t usec, void *context)
{
	struct hook *hook = context;
	int ret = 0;

	(void)usec;
	if (nsec_reached(clock_now(), hook->end))
		ret = -ETIMEDOUT;
	else if (hook->socket < 0)
		ret = hook_connect(hook);
	if (ret == 0 || ret == -EAGAIN)
		ret = sd_event_source_set_time_relative(timer, usec_left(hook));
	if (ret >= 0)
		ret = sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
	if (ret < 0)
		hook_end(hook, ret);
	return 0;
}

static void comm_find(const struct facts *facts, pid_t pid, char comm[static FACTS_COMM_SIZE])
{
	uint32_t used = atomic_load(&facts->processes_used);
	struct fact fact;

	for (uint32_t i = 0; pid && i < used && i < FACTS_PROCESSES; i++)
		if (facts_read(facts, i, &fact) == 0 && fact.generation &&
		    fact.pid == (uint32_t)pid) {
			memcpy(comm, fact.comm, FACTS_COMM_SIZE);
			return;
		}
}

static int line_make(struct hook *hook, const struct publication *publication,
		     const struct policy *policy)
{
	const struct supervisor *supervisor = hook->hooks->supervisor;
	const struct tables *tables = &supervisor->tables;
	int directory = publication_open(&supervisor->publisher, publication);
	char label[GROUP_LABEL_SIZE];
	struct hook_news news = {
		.cgroup = publication_label(publication, label),
		.policy = policy->name,
		.victim = (pid_t)atomic_load(&tables->outcomes->board[hook->slot].hook_victim),
	};
	int ret;

	if (directory < 0)
		return directory;
	ret = gauge_at(directory, GROUP_LIMIT, &news.limit.count);
	if (ret == 0)
		ret = gauge_at(directory, GROUP_USAGE, &news.usage.count);
	io_close(&directory);
	if (ret < 0)
		return ret;
	comm_find(tables->facts, news.victim, news.victim_comm);
	ret = hook_talk_line(&news, hook->line);
	return ret < 0 ? ret : 0;
}

/* A reload may have taken the step away: the handler goes by its own copy of the policy. */
static int step_read(const struct hook *hook, struct policy *ret_policy)
{
	const struct supervisor *supervisor = hook->hooks->supervisor;
	struct roster_slot slot = slots_get(&supervisor->publisher.slots, hook->slot);
	uint32_t step = atomic_load(&supervisor->tables.outcomes->board[hook->slot].hook_step);
	int ret = roster_read_policy(supervisor->tables.roster, slot.policy, ret_policy);

	if (ret < 0)
		return ret;
	return step < ret_policy->step_count && ret_policy->step[step].kind == STEP_HOOK ? (int)step
											 : -EINVAL;
}

static int hook_start(struct hook *hook, const struct publication *publication)
{
	struct policy policy;
	int ret = step_read(hook, &policy);

	if (ret < 0)
		return ret;
	hook->step = policy.step[ret];
	hook->end =
		nsec_after(nsec_after(clock_now(), hook->step.timeout), nsec_from_msec(SLACK_MSEC));
	ret = line_make(hook, publication, &policy);
	if (ret == 0)
		ret = hook_connect(hook);
	if (ret < 0 && ret != -EAGAIN)
		return ret;
	return sd_event_add_time_relative(hook->hooks->supervisor->event, &hook->timer,
					  CLOCK_MONOTONIC, usec_left(hook), ACCURACY_USEC, on_time,
					  hook);
}

int hook_begin(struct hooks *hooks, struct hook *place, const struct publication *publication)
{
	const struct tables *tables = &hooks->supervisor->tables;
	int ret;

	*place = (struct hook){
		.hooks = hooks,
		.slot = publication->slot,
		.generation = publication->generation,
		.number = atomic_load(&tables->outcomes->board[publication->slot].hook_wanted),
		.socket = -1,
	};
	ret = hook_start(place, publication);
	if (ret < 0)
		hook_drop(place);
	return ret < 0 ? ret : 0;
}
