/* See process_post.h. */
#include "supervisor/process_post.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>

#include "base/io.h"
#include "shared/wire.h"
#include "supervisor/process_read.h"

void process_post_again(struct processes *processes)
{
	for (uint32_t i = processes->used; i-- > 0;) {
		struct process *process = &processes->list[i];

		if (process->state == PROCESS_LEAVING) {
			processes_free(processes, process);
		} else if (process->state == PROCESS_SENT) {
			process->state = PROCESS_LIVING;
			processes->unposted++;
		}
	}
}

/* Return: entries told of, 0 when there are none, or a negative error. */
static int post_gone(struct processes *processes)
{
	struct wire wire = { .kind = WIRE_PROCESSES_GONE,
			     .receiver_generation = processes->receiver };
	int ret;

	for (uint32_t i = 0; i < processes->used && wire.process_count < WIRE_PROCESSES_MAX; i++)
		if (processes->list[i].state == PROCESS_LEAVING)
			wire.process[wire.process_count++] = (struct wire_process){
				.index = i, .generation = processes->list[i].generation
			};
	if (wire.process_count == 0)
		return 0;
	ret = wire_send(INHERIT_HANDLER_SOCKET, &wire, NULL, 0);
	for (uint32_t i = 0; ret == 0 && i < wire.process_count; i++)
		processes_free(processes, &processes->list[wire.process[i].index]);
	return ret < 0 ? ret : (int)wire.process_count;
}

/* The descriptor that travels; it is nobody else's, so the handler waits for no other user of it. */
static int adj_open(struct processes *processes, struct process *process)
{
	int fd = process_open_adj(process->fact.pid, O_RDWR);

	if (!process_exited(process->pidfd))
		return fd;
	if (fd >= 0)
		io_close(&fd);
	processes_leave(processes, process);
	return -ESRCH;
}

/* As post_gone(). */
static int post_living(struct processes *processes)
{
	struct wire wire = { .kind = WIRE_PROCESSES, .receiver_generation = processes->receiver };
	int fds[WIRE_FDS];
	int ret = 0;

	static_assert(2 * WIRE_PROCESSES_MAX <= WIRE_FDS, "a pidfd and an adjustment for each");
	for (uint32_t i = 0; i < processes->used && wire.process_count < WIRE_PROCESSES_MAX; i++) {
		struct process *process = &processes->list[i];
		int adj;

		if (process->state != PROCESS_LIVING)
			continue;
		adj = adj_open(processes, process);
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
		processes->list[wire.process[i].index].state = PROCESS_SENT;
		processes->unposted--;
	}
	return ret < 0 ? ret : (int)wire.process_count;
}

int process_post(struct processes *processes)
{
	const struct pulse *pulse = processes->tables->pulse;
	uint32_t ready = atomic_load(&pulse->handler_ready);
	int ret = 1;

	if (ready == 0 || ready != atomic_load(&pulse->handler_generation))
		return processes->unposted ? -EAGAIN : 0;
	if (ready != processes->receiver) {
		process_post_again(processes);
		processes->receiver = ready;
	}
	/* The closing first: it makes room on both sides. */
	while (processes->unposted > 0 && ret > 0)
		ret = post_gone(processes);
	ret = ret < 0 ? ret : 1;
	while (processes->unposted > 0 && ret > 0)
		ret = post_living(processes);
	return ret < 0 ? ret : 0;
}
