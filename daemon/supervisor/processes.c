/*
 * See processes.h. Linear searches over the table are deliberate: it is small, and only a full one is
 * ever searched to its end.
 */
#include "supervisor/processes.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "supervisor/process_details.h"
#include "supervisor/process_read.h"
#include "supervisor/process_room.h"
#include "supervisor/sharing.h"

/*
 * Generations are unique over the lives of the supervisor as well: a new one must not repeat a number
 * under which the handler may still hold another process.
 */
#define GENERATION_BITS 22

static uint32_t *bucket_of(struct processes *processes, uint32_t pid)
{
	return &processes->bucket[pid & (PROCESSES_BUCKETS - 1)];
}

struct process *processes_find(struct processes *processes, uint32_t pid)
{
	uint32_t at = *bucket_of(processes, pid);

	for (; at; at = processes->list[at - 1].next)
		if (processes->list[at - 1].fact.pid == pid)
			return &processes->list[at - 1];
	return NULL;
}

uint32_t processes_index(const struct processes *processes, const struct process *process)
{
	return (uint32_t)(process - processes->list);
}

bool processes_has(const struct process *process)
{
	return process->state != PROCESS_FREE && process->state != PROCESS_LEAVING;
}

bool processes_shows(const struct process *process)
{
	return process->state == PROCESS_LIVING || process->state == PROCESS_SENT;
}

void processes_update(struct processes *processes, const struct process *process)
{
	if (processes_shows(process))
		facts_write(processes->tables->facts, processes_index(processes, process),
			    &process->fact);
}

static void bucket_remove(struct processes *processes, const struct process *process)
{
	uint32_t *link = bucket_of(processes, process->fact.pid);

	for (; *link; link = &processes->list[*link - 1].next)
		if (*link == processes_index(processes, process) + 1) {
			*link = process->next;
			return;
		}
}

static void used_set(struct processes *processes, uint32_t used)
{
	processes->used = used;
	/* release: entries are written, or empty, before a reader looks at them or stops doing so */
	atomic_store_explicit(&processes->tables->facts->processes_used, used,
			      memory_order_release);
}

void processes_free(struct processes *processes, struct process *process)
{
	uint32_t used = processes->used;

	if (process->state == PROCESS_LIVING || process->state == PROCESS_LEAVING)
		processes->unposted--;
	*process = (struct process){ .pidfd = -1 };
	while (used > 0 && processes->list[used - 1].state == PROCESS_FREE)
		used--;
	used_set(processes, used);
}

static void tell_left(const struct processes *processes, const struct process *process)
{
	if (processes->left && processes_shows(process) && !process_exited(process->pidfd))
		processes->left(process);
}

void processes_leave(struct processes *processes, struct process *process)
{
	uint32_t index = processes_index(processes, process);

	tell_left(processes, process);
	sharing_leave(processes, process);
	facts_write(processes->tables->facts, index, &(struct fact){ 0 });
	processes->due[index] = false;
	bucket_remove(processes, process);
	io_close(&process->pidfd);
	if (process->state != PROCESS_SENT) {
		processes_free(processes, process);
		return;
	}
	process->state = PROCESS_LEAVING;
	processes->unposted++;
}

void processes_init(struct processes *processes, const struct tables *tables)
{
	memset(processes, 0, sizeof(*processes));
	processes->tables = tables;
	processes->generation = atomic_load(&tables->pulse->supervisor_generation)
				<< GENERATION_BITS;
	for (uint32_t i = 0; i < FACTS_PROCESSES; i++) {
		struct process *process = &processes->list[i];
		uint32_t generation = tables->facts->processes[i].fact.generation;

		process->pidfd = -1;
		if (generation == 0)
			continue;
		facts_write(tables->facts, i, &(struct fact){ 0 });
		process->generation = generation;
		process->state = PROCESS_LEAVING;
		processes->unposted++;
		processes->used = i + 1;
	}
	processes->receiver = atomic_load(&tables->pulse->handler_ready);
	used_set(processes, processes->used);
}

static void place_set(struct process *process, struct processes_place place)
{
	process->fact.generation = process->generation;
	process->fact.slot = place.slot;
	process->fact.slot_generation = place.slot_generation;
	process->round = place.round;
}

static uint32_t next_generation(struct processes *processes)
{
	if (++processes->generation == 0)
		processes->generation = 1;
	return processes->generation;
}

static int process_adopt(struct processes *processes, uint32_t pid, struct processes_place place)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	uint32_t *bucket = bucket_of(processes, pid);
	struct process *process;
	struct fact fact;
	bool closing;
	int ret;

	if (pidfd < 0)
		return -errno;
	ret = process_read(processes->tables->pulse, pidfd, pid, &fact, &closing);
	process = ret < 0 ? NULL : process_room_find(processes, place, &fact);
	if (!process) {
		io_close(&pidfd);
		return ret < 0 ? ret : -ENOSPC;
	}
	*process = (struct process){
		.state = PROCESS_MET,
		.pidfd = pidfd,
		.generation = next_generation(processes),
		.next = *bucket,
		.closing = closing,
		.fact = fact,
	};
	place_set(process, place);
	process_details_begin(processes, process);
	*bucket = processes_index(processes, process) + 1;
	if (processes_index(processes, process) >= processes->used)
		used_set(processes, processes_index(processes, process) + 1);
	return 0;
}

static int process_refresh(struct processes *processes, struct process *process,
			   struct processes_place place)
{
	struct fact fact;
	int ret;

	process->round = place.round;
	if (process->closing && process->fact.slot == place.slot)
		return process_exited(process->pidfd) ? -ESRCH : 0;
	ret = process_read(processes->tables->pulse, process->pidfd, process->fact.pid, &fact,
			   &process->closing);
	if (ret < 0)
		return ret;
	if (process->fact.slot != place.slot)
		tell_left(processes, process);
	process_details_carry(processes, process, &fact, place.periodic);
	place_set(process, place);
	sharing_check(processes, process);
	processes_update(processes, process);
	return 0;
}

int processes_meet(struct processes *processes, uint32_t pid, struct processes_place place,
		   bool *ret_new)
{
	struct process *process = processes_find(processes, pid);
	int ret = -ESRCH;

	if (process && process->state == PROCESS_MET)
		return 0; /* a list names nobody twice, and every other sampling has been swept */
	if (process)
		ret = process_refresh(processes, process, place);
	if (ret != -ESRCH)
		return ret;
	/* Exited; whoever has the number now is another process. */
	if (process)
		processes_leave(processes, process);
	ret = process_adopt(processes, pid, place);
	if (ret == 0)
		*ret_new = true;
	return ret;
}

void processes_confirm(struct processes *processes, uint32_t pid, struct processes_place place)
{
	struct process *process = processes_find(processes, pid);

	if (!process || process->state != PROCESS_MET || process->round != place.round)
		return;
	/* The number stood in the list after the pidfd was opened: as it lives, it was that process. */
	if (process_exited(process->pidfd)) {
		processes_leave(processes, process);
		return;
	}
	process->state = PROCESS_LIVING;
	processes->unposted++;
	facts_write(processes->tables->facts, processes_index(processes, process), &process->fact);
}

void processes_drop_met(struct processes *processes, struct processes_place place)
{
	for (uint32_t i = 0; i < processes->used; i++) {
		struct process *process = &processes->list[i];

		if (process->state == PROCESS_MET && process->round == place.round)
			processes_leave(processes, process);
	}
}

void processes_sweep(struct processes *processes, struct processes_place place)
{
	for (uint32_t i = 0; i < processes->used; i++) {
		struct process *process = &processes->list[i];

		if (processes_has(process) && process->fact.slot == place.slot &&
		    (process->state == PROCESS_MET || process->round != place.round))
			processes_leave(processes, process);
	}
}

void processes_retain(struct processes *processes,
		      bool (*is_known)(uint32_t slot, uint32_t slot_generation))
{
	for (uint32_t i = 0; i < processes->used; i++) {
		struct process *process = &processes->list[i];

		if (processes_has(process) &&
		    !is_known(process->fact.slot, process->fact.slot_generation))
			processes_leave(processes, process);
	}
}
