/* See kernel.h. */
#include "bpf/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#define NAMES_SIZE 8192

static void give_up(const char *what)
{
	printf("FAIL bpf/relocate (cannot read %s)\n", what);
	exit(EXIT_FAILURE);
}

static char *text_read(FILE *file, const char *what)
{
	char *text = malloc(NAMES_SIZE + 1);
	size_t length;

	if (!text || !file)
		give_up(what);
	text[0] = '\n'; /* each line begins behind one */
	length = 1 + fread(text + 1, 1, NAMES_SIZE - 1, file);
	text[length] = '\0';
	if (length == 1 || length == NAMES_SIZE)
		give_up(what);
	return text;
}

static void types_read(struct kernel *kernel, const char *path)
{
	kernel->types = btf__parse_raw(path);
	if (!kernel->types)
		give_up(path);
}

void kernel_read(struct kernel *kernel, const char *name, const char *folder)
{
	char path[256];
	FILE *file;

	kernel->name = name;
	(void)snprintf(path, sizeof(path), "%s/%s.btf", folder, name);
	types_read(kernel, path);
	(void)snprintf(path, sizeof(path), "%s/%s.names", folder, name);
	file = fopen(path, "re");
	kernel->names = text_read(file, path);
	(void)fclose(file); /* was only read */
}

void kernel_read_running(struct kernel *kernel, const char *object)
{
	char command[256];
	FILE *file;

	kernel->name = "running";
	types_read(kernel, "/sys/kernel/btf/vmlinux");
	(void)snprintf(command, sizeof(command), "tests/bpf/names.sh %s /sys/kernel/btf/vmlinux",
		       object);
	file = popen(command, "re");
	kernel->names = text_read(file, command);
	if (pclose(file) != 0)
		give_up(command);
}

void kernel_done(struct kernel *kernel)
{
	btf__free(kernel->types);
	free(kernel->names);
}

/* The rest of the line that begins so; NULL: there is none. */
static const char *line_of(const struct kernel *kernel, const char *kind, const char *name)
{
	char begin[96];
	const char *line;
	int length = snprintf(begin, sizeof(begin), "\n%s %s", kind, name);

	line = strstr(kernel->names, begin);
	while (line && line[length] != ' ' && line[length] != '\n')
		line = strstr(line + 1, begin);
	return line ? line + length : NULL;
}

bool kernel_has_function(const struct kernel *kernel, const char *name)
{
	return line_of(kernel, "function", name);
}

bool kernel_has_tracepoint(const struct kernel *kernel, const char *name, const char *arguments)
{
	const char *line = line_of(kernel, "tracepoint", name);
	size_t length = strlen(arguments);

	return line && strncmp(line + 1, arguments, length) == 0 &&
	       (line[1 + length] == ' ' || line[1 + length] == '\n');
}

int kernel_reach(const struct kernel *kernel, const char *kind)
{
	const char *line = line_of(kernel, "below", kind);

	return line ? (int)strtol(line, NULL, 10) : 0;
}
