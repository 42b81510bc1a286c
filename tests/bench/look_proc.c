/* Fresh reading of /proc, as a daemon without descriptors kept open does it. See look.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/look.h"
#include "bench/people.h"
#include "cgroup/test.h"

static ssize_t file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t used = 0, out = 1;

	expect(fd >= 0);
	while (out > 0 && (size_t)used < size - 1) {
		out = read(fd, text + used, size - 1 - (size_t)used);
		expect(out >= 0);
		used += out;
	}
	text[used] = '\0';
	(void)close(fd);
	return used;
}

/* Return: pages resident; 0 of one that is gone. */
static unsigned long process_look(unsigned long pid)
{
	char path[64], text[256], *rest;
	unsigned long resident;

	(void)snprintf(path, sizeof(path), "/proc/%lu/statm", pid);
	(void)file_read(path, text, sizeof(text));
	(void)strtoul(text, &rest, 10);
	resident = strtoul(rest, NULL, 10);
	(void)snprintf(path, sizeof(path), "/proc/%lu/oom_score_adj", pid);
	(void)file_read(path, text, sizeof(text));
	return resident;
}

static unsigned int group_look(const char *path)
{
	static char list[16 * PEOPLE_MOST];
	unsigned int count = 0;
	char *at = list, *rest;

	(void)file_read(path, list, sizeof(list));
	for (; *at; at = rest) {
		unsigned long pid = strtoul(at, &rest, 10);

		if (rest == at)
			break;
		count += process_look(pid) > 0;
	}
	return count;
}

struct nsec look_proc(const struct cg *cg, unsigned int people)
{
	char path[CG_PATH_SIZE + 32];
	struct nsec start, end;
	unsigned int seen;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	start = clock_now();
	seen = group_look(path);
	end = clock_now();
	expect(seen == people);
	return nsec_between(start, end);
}
