/* See mounts.h. The format is in proc_pid_mountinfo(5). */
#include "guardian/mounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOUNTINFO "/proc/self/mountinfo"
#define FIELDS_BEFORE                                                                              \
	6 /* id, parent, device, root, mount point, options; then optional ones and `-` */

enum field {
	FIELD_DEVICE = 2,
	FIELD_ROOT = 3,
	FIELD_PATH = 4,
};

/* One blank-separated word. Return: what follows it, NULL when there is no word. */
static const char *word_take(const char *text, const char **ret_word, size_t *ret_length)
{
	text += strspn(text, " \n");
	*ret_word = text;
	*ret_length = strcspn(text, " \n");
	return *ret_length ? text + *ret_length : NULL;
}

static bool octal_digit(char digit)
{
	return digit >= '0' && digit <= '7';
}

/* The kernel writes blank, tab, newline and backslash as \ooo. */
static bool word_unescape(const char *word, size_t length, char *target, size_t size)
{
	size_t out = 0;

	for (size_t at = 0; at < length; at++) {
		char byte = word[at];

		if (byte == '\\' && length - at > 3 && octal_digit(word[at + 1]) &&
		    octal_digit(word[at + 2]) && octal_digit(word[at + 3])) {
			byte = (char)((word[at + 1] - '0') << 6 | (word[at + 2] - '0') << 3 |
				      (word[at + 3] - '0'));
			at += 3;
		}
		if (out + 1 >= size)
			return false;
		target[out++] = byte;
	}
	target[out] = '\0';
	return true;
}

static bool word_is(const char *word, size_t length, const char *text)
{
	return strlen(text) == length && memcmp(word, text, length) == 0;
}

static bool options_have(const char *options, size_t length, const char *name)
{
	for (size_t at = 0; at < length;) {
		size_t part = strcspn(&options[at], ", \n");

		if (word_is(&options[at], part, name))
			return true;
		at += part + 1;
	}
	return false;
}

/* @text stands behind the mount options. Return: whether `- cgroup SOURCE ...,CONTROLLER,...` follows. */
static bool tail_has(const char *text, const char *controller)
{
	const char *word;
	size_t length;

	do
		text = word_take(text, &word, &length);
	while (text && !word_is(word, length, "-"));
	if (!text || !(text = word_take(text, &word, &length)) || !word_is(word, length, "cgroup"))
		return false;
	text = word_take(text, &word, &length); /* the source: any name */
	if (!text || !word_take(text, &word, &length))
		return false;
	return options_have(word, length, controller);
}

bool mounts_parse_line(const char *line, const char *controller, struct mount *ret_mount)
{
	bool fits = true;

	for (int field = 0; field < FIELDS_BEFORE; field++) {
		const char *word;
		size_t length;

		line = word_take(line, &word, &length);
		if (!line)
			return false;
		if (field == FIELD_DEVICE)
			fits = fits && word_unescape(word, length, ret_mount->device,
						     sizeof(ret_mount->device));
		if (field == FIELD_ROOT)
			fits = fits && word_unescape(word, length, ret_mount->root,
						     sizeof(ret_mount->root));
		if (field == FIELD_PATH)
			fits = fits && word_unescape(word, length, ret_mount->path,
						     sizeof(ret_mount->path));
	}
	return fits && tail_has(line, controller);
}

static bool mount_known(const struct mount *mounts, size_t count, const struct mount *mount)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(mounts[i].device, mount->device) == 0 &&
		    strcmp(mounts[i].root, mount->root) == 0)
			return true;
	return false;
}

int mounts_find(const char *controller, struct mount *mounts, size_t *ret_count)
{
	FILE *file = fopen(MOUNTINFO, "re");
	char *line = NULL;
	size_t size = 0, count = 0;

	if (!file)
		return -errno;
	while (count < MOUNTS_MAX && getline(&line, &size, file) >= 0)
		if (mounts_parse_line(line, controller, &mounts[count]) &&
		    !mount_known(mounts, count, &mounts[count]))
			count++;
	free(line);
	fclose(file);
	*ret_count = count;
	return 0;
}
