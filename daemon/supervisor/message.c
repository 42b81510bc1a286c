/* See message.h. */
#include "supervisor/message.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

static const struct message_row {
	const char *id;
	int priority;
} message_rows[] = {
	[MESSAGE_RESOLVED] = { MESSAGE_ID_RESOLVED, LOG_NOTICE },
	[MESSAGE_PASSED] = { MESSAGE_ID_PASSED, LOG_INFO },
	[MESSAGE_HANDED_BACK] = { MESSAGE_ID_HANDED_BACK, LOG_WARNING },
	[MESSAGE_UNRESOLVED] = { MESSAGE_ID_UNRESOLVED, LOG_ALERT },
	[MESSAGE_GROUP_GONE] = { MESSAGE_ID_GROUP_GONE, LOG_INFO },
	[MESSAGE_FOREIGN] = { MESSAGE_ID_FOREIGN, LOG_WARNING },
	[MESSAGE_DRY_RUN] = { MESSAGE_ID_DRY_RUN, LOG_NOTICE },
	[MESSAGE_ALLOC_FAILURE] = { MESSAGE_ID_ALLOC_FAILURE, LOG_WARNING },
	[MESSAGE_STARTED] = { MESSAGE_ID_STARTED, LOG_INFO },
	[MESSAGE_ARMED] = { MESSAGE_ID_ARMED, LOG_INFO },
	[MESSAGE_RELEASED] = { MESSAGE_ID_RELEASED, LOG_INFO },
	[MESSAGE_REFUSED] = { MESSAGE_ID_REFUSED, LOG_WARNING },
	[MESSAGE_RELOADED] = { MESSAGE_ID_RELOADED, LOG_INFO },
	[MESSAGE_RELOAD_FAILED] = { MESSAGE_ID_RELOAD_FAILED, LOG_ERR },
	[MESSAGE_WARNING] = { MESSAGE_ID_WARNING, LOG_WARNING },
};
static_assert(sizeof(message_rows) / sizeof(message_rows[0]) == MESSAGE_KIND_COUNT, "a row each");

void message_init(struct message *message, enum message_kind kind)
{
	*message = (struct message){ .kind = kind };
	message_add(message, "MESSAGE_ID=%s", message_rows[kind].id);
	message_add(message, "PRIORITY=%d", message_rows[kind].priority);
	message_add(message, "SYSLOG_IDENTIFIER=oomhandlerd");
}

void message_say(struct message *message, const char *format, ...)
{
	size_t length = strlen(message->text);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(message->text + length, sizeof(message->text) - length, format, arguments);
	va_end(arguments);
}

void message_add(struct message *message, const char *format, ...)
{
	size_t room = sizeof(message->space) - message->used;
	char *field = message->space + message->used;
	va_list arguments;
	int length;

	if (message->field_count == MESSAGE_FIELDS)
		return;
	va_start(arguments, format);
	length = vsnprintf(field, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		return;
	message->fields[message->field_count++] = field;
	message->used += (size_t)length + 1;
}

static bool journal_is_there(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	if (getenv("NOTIFY_SOCKET"))
		return true;
	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

/* sd_journal_sendv() takes a missing journal for a success: then the line is lost without a trace. */
static int send_to_journal(const struct message *message)
{
	struct iovec fields[MESSAGE_FIELDS + 1];
	char text[MESSAGE_TEXT_SIZE + sizeof("MESSAGE=")];
	size_t count = 0;

	if (access("/run/systemd/journal/socket", W_OK) < 0)
		return -ENOENT;
	(void)snprintf(text, sizeof(text), "MESSAGE=%s", message->text);
	fields[count++] = (struct iovec){ .iov_base = text, .iov_len = strlen(text) };
	for (size_t i = 0; i < message->field_count; i++)
		fields[count++] = (struct iovec){ .iov_base = (void *)message->fields[i],
						  .iov_len = strlen(message->fields[i]) };
	return sd_journal_sendv(fields, (int)count);
}

void message_send(const struct message *message)
{
	char line[MESSAGE_TEXT_SIZE + sizeof("oomhandlerd: \n")];
	int length;

	if (journal_is_there() && send_to_journal(message) >= 0)
		return;
	/* One write, so that lines of several processes do not mix. Nobody is left to tell of a failure. */
	length = snprintf(line, sizeof(line), "oomhandlerd: %s\n", message->text);
	if (write(STDERR_FILENO, line, (size_t)length) < 0)
		return;
}
