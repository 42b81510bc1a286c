/* See layout.h. */
#include "supervisor/layout.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A word of a list separated by commas. */
static bool lists(const char *options, const char *word)
{
	size_t length = strlen(word);

	while (options) {
		size_t span = strcspn(options, ",\n");

		if (span == length && strncmp(options, word, length) == 0)
			return true;
		options = options[span] == ',' ? options + span + 1 : NULL;
	}
	return false;
}

static bool is_octal(const char *digits)
{
	return digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' && digits[1] <= '7' &&
	       digits[2] >= '0' && digits[2] <= '7';
}

/* mountinfo writes blank, tab, newline and backslash as \ooo (seq_path, fs/seq_file.c, 6.12). */
static void unescape_octal(char *text)
{
	char *to = text;

	while (*text) {
		if (*text == '\\' && is_octal(text + 1)) {
			*to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
				       (text[3] - '0'));
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

typedef bool (*line_reader)(char *line, const char *controller, char ret_path[static PATH_MAX]);

/* "36 31 0:33 ROOT MOUNT OPTIONS [FIELD...] - TYPE SOURCE SUPER-OPTIONS" */
static bool read_mount(char *line, const char *controller, char ret_path[static PATH_MAX])
{
	char type[32], options[512], path[PATH_MAX];
	const char *separator = strstr(line, " - ");

	if (!separator || sscanf(line, "%*s %*s %*s %*s %4095s", path) != 1 ||
	    sscanf(separator, " - %31s %*s %511s", type, options) != 2 ||
	    strcmp(type, "cgroup") != 0 || !lists(options, controller))
		return false;
	unescape_octal(path);
	memcpy(ret_path, path, PATH_MAX);
	return true;
}

/* "4:cpu,cpuacct:/a/b"; a name with a newline in it would be cut there, and then not be found. */
static bool read_group(char *line, const char *controller, char ret_path[static PATH_MAX])
{
	char *controllers = strchr(line, ':'), *path;

	if (!controllers)
		return false;
	path = strchr(++controllers, ':');
	if (!path)
		return false;
	*path++ = '\0';
	if (!lists(controllers, controller))
		return false;
	(void)snprintf(ret_path, PATH_MAX, "%.*s", (int)strcspn(path, "\n"), path);
	return true;
}

/* Its number, as text, instead of the path. */
static bool read_number(char *line, const char *controller, char ret_path[static PATH_MAX])
{
	size_t length = strcspn(line, ":");
	char number[16];

	if (length >= sizeof(number))
		return false;
	(void)snprintf(number, sizeof(number), "%.*s", (int)length, line);
	if (!read_group(line, controller, ret_path))
		return false;
	memcpy(ret_path, number, length + 1);
	return true;
}

static int search(const char *file, line_reader read_line, const char *controller,
		  char ret_path[static PATH_MAX])
{
	FILE *lines = fopen(file, "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (!lines)
		return -errno;
	while (!found && getline(&line, &size, lines) >= 0)
		found = read_line(line, controller, ret_path);
	free(line);
	(void)fclose(lines); /* read only: nothing can be lost */
	return found ? 0 : -ENOENT;
}

int layout_mount(const char *controller, char ret_mount[static PATH_MAX])
{
	return search("/proc/self/mountinfo", read_mount, controller, ret_mount);
}

int layout_own_group(const char *controller, char ret_path[static PATH_MAX])
{
	return search("/proc/self/cgroup", read_group, controller, ret_path);
}

int layout_hierarchy(const char *controller, int *ret_number)
{
	char number[PATH_MAX];
	int ret = search("/proc/self/cgroup", read_number, controller, number);

	if (ret == 0)
		*ret_number = (int)strtol(number, NULL, 10);
	return ret;
}

int layout_group_of(uint32_t pid, const char *controller, char ret_path[static PATH_MAX])
{
	char file[64];

	(void)snprintf(file, sizeof(file), "/proc/%u/cgroup", pid);
	return search(file, read_group, controller, ret_path);
}
