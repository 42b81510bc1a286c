/*
 * See bus.h. The call is made asynchronously: the library's own would wait for a daemon that is stopped
 * in the middle of the greeting far longer than for one that is stopped later.
 */
#include "ctl/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/text.h"
#include "ctl/group.h"
#include "settings/memory.h"
#include "shared/bus.h"

#define LABEL_SIZE 4096
#define RETRY_MSEC 10
#define TEXT_SIZE 4096 /* of a refusal; a longer one is cut, for print only */

struct call {
	const struct ctl *ctl;
	const struct bus_question *question;
	struct nsec end; /* no answer by then is none */
	sd_bus *bus;
	bool answered;
	enum exit_code code;
	char *text; /* owner: this struct, until it is handed on */
};

static enum exit_code refuse_unreachable(const struct ctl *ctl, int error)
{
	char label[LABEL_SIZE];

	text_escape(ctl->runtime_dir, label, sizeof(label));
	if (error == -ENOENT || error == -ECONNREFUSED || error == -ENOTDIR)
		return ctl_refuse(ctl, EXIT_CODE_UNREACHABLE, "no daemon listens in %s: %s", label,
				  strerror(-error));
	if (error == -ETIMEDOUT)
		return ctl_refuse(ctl, EXIT_CODE_UNREACHABLE,
				  "the daemon of %s does not answer: see " CTL_NAME " status",
				  label);
	return ctl_refuse(ctl, EXIT_CODE_UNREACHABLE, "the daemon of %s cannot be asked: %s", label,
			  strerror(-error));
}

static enum exit_code code_of(const char *error)
{
	static const struct {
		const char *error;
		enum exit_code code;
	} rows[] = {
		{ BUS_ERROR_NO_GROUP, EXIT_CODE_NO_CGROUP },
		{ BUS_ERROR_CONFIG, EXIT_CODE_CONFIG },
		{ SD_BUS_ERROR_NO_REPLY, EXIT_CODE_UNREACHABLE },
		{ SD_BUS_ERROR_TIMEOUT, EXIT_CODE_UNREACHABLE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].error, error) == 0)
			return rows[i].code;
	return EXIT_CODE_FAILURE;
}

/* Printable, whoever has written it, with its lines as they are. */
static void copy_lines(const char *from, char text[static TEXT_SIZE])
{
	size_t length = strlen(from), at = 0;

	while (length > 0 && from[length - 1] == '\n')
		length--;
	for (; at < length && at < TEXT_SIZE - 1; at++)
		text[at] =
			from[at] == '\n' || (from[at] >= ' ' && from[at] <= '~') ? from[at] : '?';
	text[at] = '\0';
}

static enum exit_code refuse_by_daemon(const struct call *call, const sd_bus_error *error)
{
	char label[LABEL_SIZE] = "", text[TEXT_SIZE];
	const char *argument = call->question->argument;

	copy_lines(error->message ? error->message : error->name, text);
	if (!argument)
		return ctl_refuse(call->ctl, code_of(error->name), "%s", text);
	return ctl_refuse(call->ctl, code_of(error->name), "%s: %s",
			  text_escape(argument, label, sizeof(label)), text);
}

static int on_reply(sd_bus_message *reply, void *context, sd_bus_error *unused)
{
	const sd_bus_error *error = sd_bus_message_get_error(reply);
	struct call *call = context;
	const char *text;

	(void)unused;
	call->answered = true;
	call->code = EXIT_CODE_OK;
	if (error)
		call->code = refuse_by_daemon(call, error);
	else if (sd_bus_message_read(reply, "s", &text) > 0)
		call->text = strdup(text);
	return 0;
}

/* A full queue is tried again: the daemon takes clients out of it behind everything else it does. */
static int connect_until(int fd, const struct sockaddr_un *address, struct nsec end)
{
	const struct timespec nap = { .tv_nsec = RETRY_MSEC * NSEC_PER_MSEC };

	while (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		if (errno != EAGAIN)
			return -errno;
		if (nsec_reached(clock_now(), end))
			return -ETIMEDOUT;
		nanosleep(&nap, NULL);
	}
	return 0;
}

/* Through the directory's descriptor: a socket's address has room for 107 bytes, a path has more. */
static int socket_connect(const char *directory, struct nsec end, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int ret = folder < 0 || fd < 0 ? -errno : 0;

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" BUS_SOCKET,
		 folder);
	if (ret == 0)
		ret = connect_until(fd, &address, end);
	io_close(&folder);
	if (ret < 0)
		io_close(&fd);
	else
		*ret_fd = fd;
	return ret;
}

/* The bus carries nothing but UTF-8. A label is ASCII, so whatever is not is a raw name, and has one. */
static char *argument_make(const char *argument)
{
	for (const char *at = argument; *at; at++)
		if ((unsigned char)*at >= 0x80)
			return group_label(argument);
	return memory_copy_text(argument);
}

static int call_send(struct call *call)
{
	const struct bus_question *question = call->question;
	char *argument = question->argument ? argument_make(question->argument) : NULL;
	int ret;

	ret = sd_bus_call_method_async(call->bus, NULL, NULL, BUS_OBJECT, BUS_INTERFACE,
				       question->method, on_reply, call, argument ? "s" : NULL,
				       argument);
	free(argument);
	return ret < 0 ? ret : 0;
}

static int call_begin(struct call *call)
{
	int fd, ret = socket_connect(call->ctl->runtime_dir, call->end, &fd);

	if (ret < 0)
		return ret;
	ret = sd_bus_new(&call->bus);
	if (ret >= 0)
		ret = sd_bus_set_fd(call->bus, fd, fd);
	if (ret < 0) {
		io_close(&fd);
		return ret;
	}
	ret = sd_bus_start(call->bus);
	return ret < 0 ? ret : call_send(call);
}

static int call_wait(struct call *call)
{
	while (!call->answered) {
		struct nsec left = nsec_between(clock_now(), call->end);
		int ret = sd_bus_process(call->bus, NULL);

		if (ret < 0)
			return ret;
		if (ret > 0)
			continue;
		if (left.count == 0)
			return -ETIMEDOUT;
		ret = sd_bus_wait(call->bus, left.count / NSEC_PER_USEC + 1);
		if (ret < 0 && ret != -EINTR)
			return ret;
	}
	return 0;
}

enum exit_code bus_ask(const struct ctl *ctl, const struct bus_question *question, char **ret_text)
{
	unsigned int msec = question->timeout_msec ? question->timeout_msec : BUS_TIMEOUT_MSEC;
	struct call call = { .ctl = ctl,
			     .question = question,
			     .end = nsec_after(clock_now(), nsec_from_msec(msec)) };
	int ret = call_begin(&call);

	if (ret == 0)
		ret = call_wait(&call);
	sd_bus_close_unref(
		call.bus); /* nothing of ours is left unsent: it was answered, or is lost */
	if (ret < 0 && !call.answered)
		return refuse_unreachable(ctl, ret);
	if (call.code == EXIT_CODE_OK)
		*ret_text = call.text;
	return call.code;
}
