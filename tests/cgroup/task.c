/* See task.h. */
#include "cgroup/task.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/test.h"

#define ROOM (512 * BYTES_PER_MIB)
#define PAGE 4096u

static void join(const struct cg *cg)
{
	char path[CG_PATH_SIZE + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) < 0)
		_exit(2);
	(void)close(fd);
}

static void fault_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	volatile const char *file = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	if (fd < 0 || file == MAP_FAILED)
		_exit(3);
	(void)*file;
}

/* Never returns. Uses no memory but what it is told to touch. */
static void task_serve(struct task_page *page)
{
	char *room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED || madvise(room, ROOM, MADV_NOHUGEPAGE) < 0)
		_exit(4);
	atomic_store(&page->ready, 1);
	for (;;) {
		uint32_t bell = atomic_load(&page->bell);

		while (atomic_load(&page->touched) < atomic_load(&page->wanted)) {
			atomic_store(&page->stamp, clock_now().count);
			room[atomic_load(&page->touched)] = 1;
			atomic_fetch_add(&page->touched, PAGE);
		}
		switch ((enum task_order)atomic_exchange(&page->order, TASK_WAIT)) {
		case TASK_WAIT:
			break;
		case TASK_EXIT:
			_exit(0);
		case TASK_FILE:
			fault_file(page->file);
			break;
		}
		(void)syscall(SYS_futex, &page->bell, FUTEX_WAIT, bell, NULL, NULL, 0);
	}
}

struct task *task_start(const struct cg *cg, const char *name)
{
	struct task *task = calloc(1, sizeof(*task));

	expect(task);
	task->page = mmap(NULL, sizeof(*task->page), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(task->page != MAP_FAILED);
	task->pid = fork();
	if (task->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)prctl(PR_SET_NAME, name);
		join(cg);
		task_serve(task->page);
	}
	expect(task->pid > 0);
	expect_within(5000, atomic_load(&task->page->ready) || task_exited(task));
	if (task->reaped)
		test_fail(TEST_HERE, "task %s could not start in %s", name, cg->path);
	return task;
}

static void ring(struct task *task)
{
	atomic_fetch_add(&task->page->bell, 1);
	(void)syscall(SYS_futex, &task->page->bell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void task_touch_bytes(struct task *task, uint64_t bytes)
{
	expect(bytes <= ROOM);
	atomic_store(&task->page->wanted, bytes);
	ring(task);
}

void task_touch(struct task *task, unsigned int mib)
{
	task_touch_bytes(task, bytes_from_mib(mib).count);
}

void task_exit(struct task *task)
{
	atomic_store(&task->page->order, TASK_EXIT);
	ring(task);
}

void task_fault_file(struct task *task, const char *path)
{
	(void)snprintf(task->page->file, sizeof(task->page->file), "%s", path);
	atomic_store(&task->page->order, TASK_FILE);
	ring(task);
}

bool task_done(const struct task *task)
{
	return atomic_load(&task->page->touched) >= atomic_load(&task->page->wanted);
}

void task_fill(struct task *task, unsigned int mib)
{
	task_touch(task, mib);
	expect_within(10000, task_done(task));
}

bool task_exited(struct task *task)
{
	if (!task->reaped && waitpid(task->pid, &task->status, WNOHANG) == task->pid)
		task->reaped = true;
	return task->reaped;
}

bool task_killed(struct task *task)
{
	return task_exited(task) && WIFSIGNALED(task->status) && WTERMSIG(task->status) == SIGKILL;
}

bool task_asleep(const struct task *task)
{
	return process_state(task->pid) == 'D';
}

void task_kill(struct task *task)
{
	(void)kill(task->pid, SIGKILL);
	expect_within(5000, task_exited(task));
}

char process_state(pid_t pid)
{
	char path[64], line[128], state = '-';
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "State: %c", &state) == 1)
			break;
	if (file)
		(void)fclose(file);
	return state;
}

bool process_stopped(pid_t pid)
{
	return process_state(pid) == 'T';
}
