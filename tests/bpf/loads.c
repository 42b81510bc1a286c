/* See loads.h. */
#include "bpf/loads.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/bpf.h"

static_assert(BPF_PART_COUNT < 8, "an exit status holds a bit for each");

static uint32_t load(uint32_t parts)
{
	struct bpf_wish wish = { .roll = -1, .hierarchy = 1 };
	uint32_t loaded = 0;

	for (int i = 0; i < BPF_PART_COUNT; i++)
		wish.parts[i] = parts >> i & 1;
	bpf_load(&wish);
	for (int i = 0; i < BPF_PART_COUNT; i++) {
		const char *why_not = bpf_why_not((enum bpf_part)i);

		if (!why_not)
			loaded |= 1U << i;
		else if (wish.parts[i])
			printf("%s: %s\n", bpf_part_name((enum bpf_part)i), why_not);
	}
	return loaded;
}

uint32_t loads_try(uint32_t wish)
{
	int status = 0;
	pid_t pid;

	(void)fflush(stdout); /* else the child prints it again */
	pid = fork();
	if (pid == 0) {
		uint32_t loaded = load(wish);

		(void)fflush(stdout);
		_exit((int)loaded);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
		printf("FAIL bpf/load (the child ended with %d)\n", status);
		exit(EXIT_FAILURE);
	}
	return (uint32_t)WEXITSTATUS(status);
}
