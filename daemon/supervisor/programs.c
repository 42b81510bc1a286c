/* See programs.h. */
#include "supervisor/programs.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "shared/wire.h"
#include "supervisor/bpf.h"
#include "supervisor/layout.h"

static struct {
	uint32_t receiver; /* handler generation that has the programs; 0: none */
	uint32_t iterators; /* outcomes.iterators_read as of the last look */
	uint32_t missing; /* iterators that its pool has room for */
} sent;

#ifdef HOLD_POINTS
/* The kernels that lack a part, and the crowds that fill the roll, are not where tests run. */
static void pretend(struct bpf_wish *wish)
{
	const char *tasks = getenv("OOMHANDLERD_HOLD_TASKS");
	const char *counters = getenv("OOMHANDLERD_HOLD_COUNTERS");
	const char *without = getenv("OOMHANDLERD_HOLD_WITHOUT");

	wish->tasks_most = tasks ? (uint32_t)strtoul(tasks, NULL, 10) : 0;
	wish->counters_most = counters ? (uint32_t)strtoul(counters, NULL, 10) : 0;
	for (int i = 0; without && i < BPF_PART_COUNT; i++)
		if (strstr(without, bpf_part_name((enum bpf_part)i)))
			wish->parts[i] = false;
}
#else
static void pretend(struct bpf_wish *wish)
{
	(void)wish;
}
#endif

void programs_load(const struct config *config)
{
	struct bpf_wish wish = {
		.roll = INHERIT_ROLL,
		.parts = {
			[BPF_PART_ROLL] = true,
			[BPF_PART_SIGNAL] = true,
			[BPF_PART_ITER] = true,
			[BPF_PART_SLEEPERS] = true,
			[BPF_PART_LIFECYCLE] = config->tracing,
			[BPF_PART_TREE] = config->tracing,
		},
	};

	if (layout_hierarchy("memory", &wish.hierarchy) < 0)
		return; /* then there is no group to look at either */
	pretend(&wish);
	bpf_load(&wish);
}

static int programs_send(uint32_t receiver, uint32_t generation)
{
	struct wire wire = {
		.kind = WIRE_PROGRAMS,
		.receiver_generation = receiver,
		.generation = generation,
	};
	int fds[ROLL_PROGRAM_COUNT];
	size_t count = 0;

	for (int i = 0; i < ROLL_PROGRAM_COUNT; i++) {
		int fd = bpf_program((enum roll_program)i);

		if (fd < 0)
			continue;
		fds[count++] = fd;
		wire.files |= 1U << i;
	}
	return wire_send(INHERIT_HANDLER_SOCKET, &wire, fds, count);
}

/* Return: how many are on their way, at most @count; the next call tries for the others. */
static uint32_t iterators_send(uint32_t receiver, uint32_t count)
{
	struct wire wire = { .kind = WIRE_ITERATORS, .receiver_generation = receiver };
	int fds[WIRE_ITERATORS_MAX];
	uint32_t made = 0, sent_count;

	while (made < count && (fds[made] = bpf_iterator_open()) >= 0)
		made++;
	sent_count = made && wire_send(INHERIT_HANDLER_SOCKET, &wire, fds, made) == 0 ? made : 0;
	while (made > 0)
		io_close(&fds[--made]);
	return sent_count;
}

static void iterators_advance(const struct tables *tables)
{
	uint32_t read = atomic_load(&tables->outcomes->iterators_read);
	uint32_t missing = sent.missing + (read - sent.iterators);

	if (missing > WIRE_ITERATORS_MAX)
		missing = WIRE_ITERATORS_MAX;
	sent.iterators = read;
	sent.missing = missing;
	if (missing && !bpf_why_not(BPF_PART_ITER))
		sent.missing -= iterators_send(sent.receiver, missing);
}

void programs_advance(const struct tables *tables)
{
	const struct pulse *pulse = tables->pulse;
	uint32_t ready = atomic_load(&pulse->handler_ready);

	if (!ready || ready != atomic_load(&pulse->handler_generation))
		return;
	if (ready != sent.receiver) {
		if (programs_send(ready, atomic_load(&pulse->supervisor_generation)) < 0)
			return;
		sent.receiver = ready;
		sent.missing = WIRE_ITERATORS_MAX;
		sent.iterators = atomic_load(&tables->outcomes->iterators_read);
	}
	iterators_advance(tables);
}
