/* See tables.h. */
#include "cgroup/tables.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "cgroup/test.h"

const void *tables_of(const struct instance *instance, enum inherit_fd table, size_t size)
{
	const void *map;
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d",
		       (int)instance_pid(instance, PART_SUPERVISOR), table);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	expect(fd >= 0 && map != MAP_FAILED);
	return map;
}

struct fact facts_find(const struct facts *facts, pid_t pid)
{
	struct fact fact;

	for (uint32_t i = 0; i < atomic_load(&facts->processes_used); i++)
		if (facts_read(facts, i, &fact) == 0 && fact.generation &&
		    fact.pid == (uint32_t)pid)
			return fact;
	return (struct fact){ 0 };
}
