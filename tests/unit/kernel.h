/*
 * A double of the kernel's programs for orders, because a unit test can have no real ones: to load them
 * needs a kernel and rights that not every builder has. It knows the processes of the test by number and
 * start; those are real, children that wait to be killed, and so are signals. Seats are doubled too: a
 * table, and descriptors that are closed at once.
 */
#pragma once

#include <errno.h>
#include <sys/syscall.h>

#include "child.h"
#include "handler/handler.h"
#include "handler/orders.h"
#include "handler/source.h"
#include "shared/bpf_call.h"

#define KERNEL_PROCESSES 16
#define KERNEL_PROGRAM 1000 /* number of the first one's descriptor */

static struct handler handler;
static struct roll roll;
static struct outcomes outcomes;

static struct {
	int error; /* of every run */
	uint32_t stop; /* the run ends after so many orders; 0: it does not */
	int signal_error; /* of each order */
	bool linger; /* the dead have no exit state yet: they are found */
	bool present[ROLL_PROGRAM_COUNT];
	uint32_t runs[ROLL_PROGRAM_COUNT];
	uint32_t spent; /* descriptors given back */
	uint32_t processes;
	pid_t pid[KERNEL_PROCESSES]; /* started at 1000 + index */
} kernel;

static inline uint64_t kernel_start(uint32_t index)
{
	return 1000 + index;
}

static inline bool is_alive(uint32_t index)
{
	return child_is_alive(kernel.pid[index]);
}

static inline bool has_died(uint32_t index)
{
	return child_has_died(kernel.pid[index]);
}

static inline int kernel_carry_out(const struct roll_order *order, bool tell)
{
	for (uint32_t i = 0; i < kernel.processes; i++) {
		if ((uint32_t)kernel.pid[i] != order->pid || order->start_nsec != kernel_start(i))
			continue;
		if (!is_alive(i))
			return !tell && kernel.linger ? 0 : -ESRCH;
		if (!tell || kernel.signal_error)
			return tell ? kernel.signal_error : 0;
		return kill(kernel.pid[i], (int)roll.signal_number) < 0 ? -errno : 0;
	}
	return -ESRCH;
}

int bpf_run(int program)
{
	kernel.runs[program - KERNEL_PROGRAM]++;
	if (kernel.error)
		return kernel.error;
	for (uint32_t i = 0; i < roll.orders && (!kernel.stop || i < kernel.stop); i++) {
		roll.order[i].error =
			kernel_carry_out(&roll.order[i], program == KERNEL_PROGRAM + ROLL_SIGNAL);
		roll.carried_out++;
	}
	return 0;
}

int adopt_program(const struct adopt *adopt, enum roll_program program)
{
	(void)adopt;
	return kernel.present[program] ? KERNEL_PROGRAM + (int)program : -ENOENT;
}

const struct process_seat *adopt_process(const struct adopt *adopt, uint32_t index,
					 uint32_t generation)
{
	return adopt->processes[index].generation == generation ? &adopt->processes[index] : NULL;
}

void adopt_spend(struct adopt *adopt, int fd)
{
	(void)adopt;
	ck_assert_int_eq(close(fd), 0);
	kernel.spent++;
}

bool source_is_usable(const struct source_board *board)
{
	return board->state == SOURCE_STATE_READY;
}

void source_note(const struct handler *self, struct source_board *board, int error)
{
	(void)self;
	board->uses++;
	board->failures += error < 0;
	board->error = error < 0 ? (uint32_t)-error : board->error;
	board->state = error < 0 ? SOURCE_STATE_FAILED : SOURCE_STATE_READY;
}

/* A candidate of the snapshot that is a process, known to the kernel and, with @seat, to the sampler. */
static inline struct candidate *process_make(bool seat)
{
	struct snapshot *snapshot = &handler.snapshot;
	uint32_t index = kernel.processes;
	pid_t pid = child_make();

	kernel.pid[kernel.processes++] = pid;
	snapshot->list[snapshot->count] = (struct candidate){
		.index = seat ? index : CANDIDATE_NO_SEAT,
		.generation = 1,
		.live = (uint32_t)pid,
		.who = { .pid = (uint32_t)pid, .start_nsec = kernel_start(index), .rss = 1 << 20 },
	};
	handler.adopt.processes[index] = (struct process_seat){
		.generation = seat,
		.pidfd = seat ? (int)syscall(SYS_pidfd_open, pid, 0) : -1,
		.adj_fd = -1,
	};
	return &snapshot->list[snapshot->count++];
}

static inline void kernel_make(void)
{
	memset(&kernel, 0, sizeof(kernel));
	memset(&roll, 0, sizeof(roll));
	memset(&outcomes, 0, sizeof(outcomes));
	memset(&handler, 0, sizeof(handler));
	for (int i = 0; i < ROLL_PROGRAM_COUNT; i++)
		kernel.present[i] = true;
	outcomes.kill.state = SOURCE_STATE_READY;
	handler.tables = (struct tables){ .outcomes = &outcomes, .roll = &roll };
	handler.now = nsec_from_msec(1000);
}

static inline void kernel_clear(void)
{
	for (uint32_t i = 0; i < kernel.processes; i++) {
		(void)kill(kernel.pid[i], SIGKILL);
		(void)waitpid(kernel.pid[i], NULL, 0);
		if (handler.adopt.processes[i].generation)
			(void)close(handler.adopt.processes[i].pidfd);
	}
}
