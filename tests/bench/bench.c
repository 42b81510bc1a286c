/*
 * How fast we are, against others in the same run: one part per question, each in its own file and run like
 * a case of the tests on real groups. Figures and whether the aims were met are printed; nothing is judged.
 *
 *     BENCH="snapshot oom lifecycle"    the parts that are run; without it all
 *     ROUNDS=n                          20; what each figure takes of them it says
 *     CROWD=n                           10000; processes of the host beside those of the snapshot's group
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/parts.h"
#include "cgroup/test.h"

static const struct test parts[] = {
	{ .name = "snapshot", .run = bench_snapshot, .seconds = 240 },
	{ .name = "oom", .run = bench_oom, .seconds = 3600 },
	{ .name = "lifecycle", .run = bench_lifecycle, .seconds = 600 },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static const struct test *part_named(const char *name)
{
	for (size_t i = 0; i < PARTS; i++)
		if (strcmp(parts[i].name, name) == 0)
			return &parts[i];
	return NULL;
}

/* Return: how many; 0 when one of the names is not known. Each counts once. */
static size_t choose(char *names, struct test chosen[static PARTS])
{
	size_t count = 0;

	for (char *name = strtok(names, " ,"); name; name = strtok(NULL, " ,")) {
		const struct test *part = part_named(name);

		if (!part || count == PARTS) {
			fprintf(stderr, "BENCH: %s: not one of snapshot, oom, lifecycle\n", name);
			return 0;
		}
		chosen[count++] = *part;
	}
	return count;
}

int main(int argc, char **argv)
{
	struct test chosen[PARTS];
	char *names = getenv("BENCH");
	size_t count;

	task_main(argc, argv);
	if (!names || !*names)
		return test_main(parts, PARTS);
	count = choose(names, chosen);
	return count ? test_main(chosen, count) : EXIT_FAILURE;
}
