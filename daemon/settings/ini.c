/*
 * See ini.h. inih 55 as Debian builds it does not tell line numbers (INI_HANDLER_LINENO is 0),
 * returns only the first bad line, is silent about a section without keys and about text behind
 * `]`, cuts section names at 49 bytes, joins indented lines to the value before them and drops `;`
 * comments only. So the reader below counts lines and hands inih nothing but `Key=Value` lines, one
 * per call, trimmed and without comments; sections it recognises itself. A line that inih did not
 * answer before it asks for the next one is a bad line, and its number is known.
 */
#include "settings/ini.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"
#include "settings/memory.h"

#define BLANKS " \t\v\f\r" /* isspace(3) of the C locale without newline: what inih trims */
#define SHOWN_SIZE 80 /* of a bad line in a message */

struct content {
	char *text; /* owner: ini_load() */
	size_t length;
};

struct source {
	const char *at; /* in the content */
	const char *end;
	const struct ini_listener *listener;
	struct problem_site site;
	bool unanswered; /* inih holds @line and has not called back */
	char line[INI_LINE_MAX + 1];
};

static bool is_blank(char byte)
{
	return byte && strchr(BLANKS, byte);
}

static int content_read(int fd, struct content *ret_content)
{
	struct content content = { .text = memory_new(INI_FILE_MAX + 1) };
	ssize_t got;

	do {
		got = read(fd, content.text + content.length, INI_FILE_MAX + 1 - content.length);
		if (got > 0)
			content.length += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		int ret = -errno;

		free(content.text);
		return ret;
	}
	*ret_content = content;
	return 0;
}

/* O_NONBLOCK: a FIFO in the place of a file is an error, not a daemon that waits for a writer. */
static int regular_open(const char *path, struct problems *problems)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	int ret = fd < 0 || fstat(fd, &status) < 0 ? -errno : 0;

	if (ret == 0 && S_ISREG(status.st_mode))
		return fd;
	if (ret == 0)
		problems_add(problems, path, 0, false, "is a %s, expected a regular file",
			     S_ISDIR(status.st_mode) ? "directory" : "special file");
	else if (ret != -ENOENT)
		problems_add(problems, path, 0, false, "cannot be read: %s", strerror(-ret));
	io_close(&fd);
	return ret == -ENOENT ? ret : -EIO;
}

static size_t lines_count(const struct content *content)
{
	size_t lines = content->length && content->text[content->length - 1] != '\n';

	for (size_t i = 0; i < content->length; i++)
		lines += content->text[i] == '\n';
	return lines;
}

static int content_load(const char *path, struct problems *problems, struct content *ret_content)
{
	struct content content = { .text = NULL };
	int fd = regular_open(path, problems);
	int ret;

	if (fd < 0)
		return fd;
	ret = content_read(fd, &content);
	io_close(&fd);
	if (ret < 0) {
		problems_add(problems, path, 0, false, "cannot be read: %s", strerror(-ret));
		return -EIO;
	}
	if (content.length > INI_FILE_MAX) {
		problems_add(problems, path, 0, false, "is too large, expected at most %d bytes",
			     INI_FILE_MAX);
		free(content.text);
		return -EIO;
	}
	if (lines_count(&content) > INI_LINES_MAX) {
		problems_add(problems, path, 0, false, "is too long, expected at most %d lines",
			     INI_LINES_MAX);
		free(content.text);
		return -EIO;
	}
	*ret_content = content;
	return 0;
}

static void source_answered(struct source *source)
{
	char shown[SHOWN_SIZE];

	if (source->unanswered)
		problem_site_error(
			&source->site,
			"'%s' is not understood, expected [Section], Key=Value or a # comment",
			text_escape(source->line, shown, sizeof(shown)));
	source->unanswered = false;
}

static size_t length_without_comment(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((text[i] == '#' || text[i] == ';') && (i == 0 || is_blank(text[i - 1])))
			return i;
	return length;
}

/* A tab is a blank; a UTF-8 byte is part of a name. All else would drive the terminal it is shown on. */
static const char *control_find(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
			return &text[i];
	return NULL;
}

/* The next line without comment and outer blanks, possibly empty. Return: false at the end. */
static bool source_line(struct source *source, const char **ret_text, size_t *ret_length)
{
	const char *text = source->at;
	const char *newline, *control;
	size_t length;

	if (text == source->end)
		return false;
	newline = memchr(text, '\n', (size_t)(source->end - text));
	length = (size_t)((newline ? newline : source->end) - text);
	source->at = newline ? newline + 1 : source->end;
	source->site.line++;
	if (source->site.line == 1 && length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		length -= 3;
	}
	if (memchr(text, '\0', length)) {
		problem_site_error(&source->site, "holds a NUL byte, expected text");
		length = 0;
	}
	length = length_without_comment(text, length);
	for (; length && is_blank(text[length - 1]); length--)
		;
	for (; length && is_blank(*text); length--)
		text++;
	control = control_find(text, length);
	if (control) {
		problem_site_error(&source->site, "holds the control byte \\x%02x, expected text",
				   (unsigned char)*control);
		length = 0;
	}
	*ret_text = text;
	*ret_length = length;
	return true;
}

static void source_section(struct source *source)
{
	const struct ini_listener *listener = source->listener;
	char *name = source->line + 1;
	char *close = strchr(name, ']');
	char shown[SHOWN_SIZE];

	if (!close || close[1] || close == name || strchr(name, '[')) {
		problem_site_error(&source->site, "'%s' is not a section, expected [Name] alone",
				   text_escape(source->line, shown, sizeof(shown)));
		listener->section(listener->user, &source->site, NULL);
		return;
	}
	*close = '\0';
	listener->section(listener->user, &source->site, name);
}

/*
 * inih's fgets(). A line that filled its buffer would make inih ask for the rest of it, 16 bytes at
 * a time: hence the room of two bytes, also when a build of inih ignores ini_max_line.
 */
static char *source_feed(char *target, int size, void *stream)
{
	struct source *source = stream;
	size_t room = size > 2 ? (size_t)size - 2 : 0;
	const char *text;
	size_t length;

	source_answered(source);
	while (source_line(source, &text, &length)) {
		if (length > INI_LINE_MAX || (length && *text != '[' && length > room)) {
			problem_site_error(&source->site, "is too long, expected at most %zu bytes",
					   room < INI_LINE_MAX ? room : (size_t)INI_LINE_MAX);
			continue;
		}
		memcpy(source->line, text, length);
		source->line[length] = '\0';
		if (*source->line == '[') {
			source_section(source);
		} else if (length) {
			source->unanswered = true;
			return memcpy(target, source->line, length + 1);
		}
	}
	return NULL;
}

static int source_pair(void *user, const char *section, const char *key, const char *value)
{
	struct source *source = user;
	const char *separator = source->line + strcspn(source->line, "=:");

	(void)section; /* never told to inih */
	source->unanswered = false;
	if (*separator != '=')
		problem_site_error(&source->site, "':' stands where '=' is expected");
	else if (!*key)
		problem_site_error(&source->site, "there is no key before '=', expected Key=Value");
	else
		source->listener->pair(source->listener->user, &source->site, key, value);
	return 1;
}

int ini_load(const char *path, const struct ini_listener *listener, struct problems *problems)
{
	size_t errors = problems->errors;
	struct content content = { .text = NULL };
	int ret = content_load(path, problems, &content);

	if (ret < 0)
		return ret;

	struct source source = {
		.at = content.text,
		.end = content.text + content.length,
		.listener = listener,
		.site = { .problems = problems, .file = path },
	};

	ini_max_line = INI_LINE_MAX + 3;
	ret = ini_parse_stream(source_feed, &source, source_pair, &source);
	if (ret != 0 && problems->errors == errors)
		problems_add(problems, path, 0, false,
			     "cannot be parsed (inih: %d), expected Key=Value lines", ret);
	free(content.text);
	return problems->errors == errors ? 0 : -EINVAL;
}
