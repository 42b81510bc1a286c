/*
 * See processes.h. Linear searches over the table are deliberate: it is small, and only a full one is
 * ever searched to its end.
 */
#include "supervisor/processes.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "shared/wire.h"
#include "supervisor/process_read.h"

/*
 * Generations are unique over the lives of the supervisor as well: a new one must not repeat a number
 * under which the handler may still hold another process.
 */
#define GENERATION_BITS 22

static uint32_t *bucket_of(struct processes *processes, uint32_t pid)
{
	return &processes->bucket[pid & (PROCESSES_BUCKETS - 1)];
}

static struct process *process_find(struct processes *processes, uint32_t pid)
{
	uint32_t at = *bucket_of(processes, pid);

	for (; at; at = processes->list[at - 1].next)
		if (processes->list[at - 1].pid == pid)
			return &processes->list[at - 1];
	return NULL;
}

static uint32_t process_index(const struct processes *processes, const struct process *process)
{
	return (uint32_t)(process - processes->list);
}

static void bucket_remove(struct processes *processes, const struct process *process)
{
	uint32_t *link = bucket_of(processes, process->pid);

	for (; *link; link = &processes->list[*link - 1].next)
		if (*link == process_index(processes, process) + 1) {
			*link = process->next;
			return;
		}
}

static void process_free(struct processes *processes, struct process *process)
{
	uint32_t used = processes->used;

	*process = (struct process){ .pidfd = -1 };
	while (used > 0 && processes->list[used - 1].generation == 0)
		used--;
	processes->used = used;
	/* release: an entry is empty before a reader stops looking at it */
	atomic_store_explicit(&processes->tables->facts->processes_used, used,
			      memory_order_release);
}

/* Out of the facts at once; the entry itself only when the handler has been told. */
static void process_leave(struct processes *processes, struct process *process)
{
	uint32_t index = process_index(processes, process);

	facts_write(processes->tables->facts, index, &(struct fact){ 0 });
	bucket_remove(processes, process);
	io_close(&process->pidfd);
	if (process->sent) {
		process->leaving = true;
		processes->unsent++;
		return;
	}
	processes->unsent--;
	process_free(processes, process);
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
		process->sent = true;
		process->leaving = true;
		processes->unsent++;
		processes->used = i + 1;
	}
	processes->receiver = atomic_load(&tables->pulse->handler_ready);
	atomic_store(&tables->facts->processes_used, processes->used);
}

static void process_write(struct processes *processes, struct process *process, struct fact *fact)
{
	fact->generation = process->generation;
	fact->slot = process->slot;
	fact->slot_generation = process->slot_generation;
	process->size = fact->anon + fact->file + fact->shmem + fact->swap;
	facts_write(processes->tables->facts, process_index(processes, process), fact);
}

/* A free entry, or the smallest process's if that is smaller than @size; NULL: no room. */
static struct process *process_reserve(struct processes *processes, uint64_t size)
{
	struct process *smallest = NULL;

	for (uint32_t i = 0; i < FACTS_PROCESSES; i++) {
		struct process *process = &processes->list[i];

		if (process->generation == 0)
			return process;
		if (!process->leaving && (!smallest || process->size < smallest->size))
			smallest = process;
	}
	if (!smallest || smallest->size >= size)
		return NULL;
	process_leave(processes, smallest);
	(void)processes_flush(processes);
	/* Still there when the handler has not been told yet: then there is no room this time. */
	return smallest->generation == 0 ? smallest : NULL;
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
	struct process *process;
	struct fact fact;
	uint32_t *bucket;
	bool closing;
	int ret;

	if (pidfd < 0)
		return -errno;
	ret = process_read(processes->tables->pulse, pidfd, pid, &fact, &closing);
	process = ret < 0 ? NULL
			  : process_reserve(processes,
					    fact.anon + fact.file + fact.shmem + fact.swap);
	if (!process) {
		io_close(&pidfd);
		return ret < 0 ? ret : -ENOSPC;
	}
	bucket = bucket_of(processes, pid);
	*process = (struct process){
		.pidfd = pidfd,
		.pid = pid,
		.generation = next_generation(processes),
		.slot = place.slot,
		.slot_generation = place.slot_generation,
		.next = *bucket,
		.round = place.round,
		.closing = closing,
	};
	*bucket = process_index(processes, process) + 1;
	processes->unsent++;
	process_write(processes, process, &fact);
	if (process_index(processes, process) >= processes->used) {
		processes->used = process_index(processes, process) + 1;
		/* release: the entry is written before a reader looks at it */
		atomic_store_explicit(&processes->tables->facts->processes_used, processes->used,
				      memory_order_release);
	}
	return 0;
}

static int process_refresh(struct processes *processes, struct process *process,
			   struct processes_place place)
{
	struct fact fact;
	int ret;

	process->round = place.round;
	if (process->closing && process->slot == place.slot)
		return process_exited(process->pidfd) ? -ESRCH : 0;
	ret = process_read(processes->tables->pulse, process->pidfd, process->pid, &fact,
			   &process->closing);
	if (ret < 0)
		return ret;
	process->slot = place.slot;
	process->slot_generation = place.slot_generation;
	process_write(processes, process, &fact);
	return 0;
}

int processes_meet(struct processes *processes, uint32_t pid, struct processes_place place)
{
	struct process *process = process_find(processes, pid);
	int ret;

	if (!process)
		return process_adopt(processes, pid, place);
	ret = process_refresh(processes, process, place);
	if (ret != -ESRCH)
		return ret;
	/* Exited; whoever has the number now is another process. */
	process_leave(processes, process);
	return process_adopt(processes, pid, place);
}

void processes_sweep(struct processes *processes, struct processes_place place)
{
	for (uint32_t i = 0; i < processes->used; i++) {
		struct process *process = &processes->list[i];

		if (process->generation && !process->leaving && process->slot == place.slot &&
		    process->round != place.round)
			process_leave(processes, process);
	}
}

void processes_retain(struct processes *processes,
		      bool (*is_known)(uint32_t slot, uint32_t slot_generation))
{
	for (uint32_t i = 0; i < processes->used; i++) {
		struct process *process = &processes->list[i];

		if (process->generation && !process->leaving &&
		    !is_known(process->slot, process->slot_generation))
			process_leave(processes, process);
	}
}

void processes_unsend(struct processes *processes)
{
	for (uint32_t i = processes->used; i-- > 0;) {
		struct process *process = &processes->list[i];

		if (process->leaving) {
			processes->unsent--;
			process_free(processes, process);
		} else if (process->generation && process->sent) {
			process->sent = false;
			processes->unsent++;
		}
	}
}

static int send_gone(struct processes *processes)
{
	struct wire wire = { .kind = WIRE_PROCESSES_GONE,
			     .receiver_generation = processes->receiver };
	int ret;

	for (uint32_t i = 0; i < processes->used && wire.process_count < WIRE_PROCESSES_MAX; i++)
		if (processes->list[i].leaving)
			wire.process[wire.process_count++] = (struct wire_process){
				.index = i, .generation = processes->list[i].generation
			};
	if (wire.process_count == 0)
		return 0;
	ret = wire_send(INHERIT_HANDLER_SOCKET, &wire, NULL, 0);
	for (uint32_t i = 0; ret == 0 && i < wire.process_count; i++) {
		processes->unsent--;
		process_free(processes, &processes->list[wire.process[i].index]);
	}
	return ret < 0 ? ret : (int)wire.process_count;
}

/* The descriptor that travels; it is nobody else's, so the handler waits for no other user of it. */
static int adj_open_for_handler(struct processes *processes, struct process *process)
{
	int fd = process_open_adj(process->pid, O_RDWR);

	if (!process_exited(process->pidfd))
		return fd;
	if (fd >= 0)
		io_close(&fd);
	process_leave(processes, process);
	return -ESRCH;
}

/* Return: entries sent, 0 when there are none, or a negative error. */
static int send_living(struct processes *processes)
{
	struct wire wire = { .kind = WIRE_PROCESSES, .receiver_generation = processes->receiver };
	int fds[WIRE_FDS];
	int ret = 0;

	static_assert(2 * WIRE_PROCESSES_MAX <= WIRE_FDS, "a pidfd and an adjustment for each");
	for (uint32_t i = 0; i < processes->used && wire.process_count < WIRE_PROCESSES_MAX; i++) {
		struct process *process = &processes->list[i];
		int adj;

		if (!process->generation || process->sent || process->leaving)
			continue;
		adj = adj_open_for_handler(processes, process);
		if (adj < 0) {
			ret = adj == -ESRCH ? ret : adj;
			continue;
		}
		fds[2 * wire.process_count] = process->pidfd;
		fds[2 * wire.process_count + 1] = adj;
		wire.process[wire.process_count++] =
			(struct wire_process){ .index = i, .generation = process->generation };
	}
	if (wire.process_count > 0)
		ret = wire_send(INHERIT_HANDLER_SOCKET, &wire, fds, 2 * wire.process_count);
	for (uint32_t i = 0; i < wire.process_count; i++) {
		io_close(&fds[2 * i + 1]);
		if (ret < 0)
			continue;
		processes->list[wire.process[i].index].sent = true;
		processes->unsent--;
	}
	return ret < 0 ? ret : (int)wire.process_count;
}

int processes_flush(struct processes *processes)
{
	const struct pulse *pulse = processes->tables->pulse;
	uint32_t ready = atomic_load(&pulse->handler_ready);
	int ret = 1;

	if (ready == 0 || ready != atomic_load(&pulse->handler_generation))
		return processes->unsent ? -EAGAIN : 0;
	if (ready != processes->receiver) {
		processes_unsend(processes);
		processes->receiver = ready;
	}
	/* The closing first: it makes room on both sides. */
	while (processes->unsent > 0 && ret > 0)
		ret = send_gone(processes);
	ret = ret < 0 ? ret : 1;
	while (processes->unsent > 0 && ret > 0)
		ret = send_living(processes);
	return ret < 0 ? ret : 0;
}
