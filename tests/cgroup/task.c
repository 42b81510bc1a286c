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
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/test.h"

#define ROOM (512 * BYTES_PER_MIB)
#define PAGE 4096u
#define TASK_ENVIRONMENT "OOMHANDLERD_TEST_TASK"

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

static struct {
	struct task_page *page;
	size_t bytes;
} term;

static void term_clean(int signal_number)
{
	char *room;

	(void)signal_number;
	atomic_store(&term.page->term_entered, 1);
	room = mmap(NULL, term.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t at = 0; room != MAP_FAILED && at < term.bytes; at += PAGE)
		room[at] = 1;
	atomic_store(&term.page->term_done, 1);
	_exit(0);
}

/* The handler has a stack of its own, there beforehand: a full group has no page for it (KERNEL.md K7). */
static void term_arrange(struct task_page *page, const struct task_guise *guise)
{
	static char stack[64 * 1024];
	const stack_t alternative = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = term_clean, .sa_flags = SA_ONSTACK };

	if (guise->term == TASK_TERM_IGNORE)
		(void)signal(SIGTERM, SIG_IGN);
	if (guise->term != TASK_TERM_CLEAN)
		return;
	memset(stack, 1, sizeof(stack));
	term.page = page;
	term.bytes = bytes_from_mib(guise->term_mib).count + PAGE;
	(void)sigaltstack(&alternative, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
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

static void guise_put_on(const struct task_guise *guise)
{
	char path[64], text[16];
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)snprintf(path, sizeof(path), "/proc/self/oom_score_adj");
	(void)snprintf(text, sizeof(text), "%d", guise->oom_score_adj);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(5);
	(void)close(fd);
	if (guise->uid && (setgid(guise->uid) < 0 || setuid(guise->uid) < 0))
		_exit(6);
	/* A change of credentials clears it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (guise->comm)
		(void)prctl(PR_SET_NAME, guise->comm);
}

/* What a task that executes another program must be told: all in its environment. */
static void __attribute__((noreturn))
guise_exec(const struct task_guise *guise, const char *program, int page)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%d %u %d %d %u %s", page, guise->uid,
		       guise->oom_score_adj, (int)guise->term, guise->term_mib,
		       guise->comm ? guise->comm : "");
	(void)setenv(TASK_ENVIRONMENT, text, 1);
	(void)execl(program, guise->exe, guise->argument, (char *)NULL);
	_exit(7);
}

void task_main(int argc, char **argv)
{
	const char *text = getenv(TASK_ENVIRONMENT);
	static char comm[32];
	struct task_guise guise = { .comm = NULL };
	struct task_page *page;
	int fd, kind;

	(void)argc;
	(void)argv;
	if (!text || sscanf(text, "%d %u %d %d %u %31s", &fd, &guise.uid, &guise.oom_score_adj,
			    &kind, &guise.term_mib, comm) < 5)
		return;
	guise.term = (enum task_term)kind;
	guise.comm = comm[0] ? comm : NULL;
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		_exit(8);
	term_arrange(page, &guise);
	guise_put_on(&guise);
	task_serve(page);
	_exit(9);
}

/* A copy of this program under another name: what /proc/PID/exe says cannot be chosen otherwise. */
static void program_copy(const char *exe, char path[static 256])
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	struct stat status;

	(void)snprintf(path, 256, "%s/exe-%s", test_folder(), exe);
	(void)mkdir(path, 0755); /* there already: the second task of that name */
	(void)snprintf(path + strlen(path), 256 - strlen(path), "/%s", exe);
	(void)chmod(test_folder(), 0755); /* also for a task of another user */
	expect(from >= 0 && fstat(from, &status) == 0);
	to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (to >= 0)
		expect(sendfile(to, from, NULL, (size_t)status.st_size) == status.st_size);
	(void)close(from);
	if (to >= 0)
		(void)close(to);
}

static void __attribute__((noreturn))
task_begin(const struct cg *cg, const struct task_guise *guise, const char *program,
	   struct task_page *page, int page_fd)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	join(cg);
	if (guise->exe)
		guise_exec(guise, program, page_fd);
	term_arrange(page, guise);
	guise_put_on(guise);
	task_serve(page);
	_exit(9);
}

struct task *task_start_as(const struct cg *cg, struct task_guise guise)
{
	struct task *task = calloc(1, sizeof(*task));
	char program[256] = "";
	int page = memfd_create("task", 0);

	expect(task && page >= 0 && ftruncate(page, sizeof(*task->page)) == 0);
	task->page = mmap(NULL, sizeof(*task->page), PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
	expect(task->page != MAP_FAILED);
	if (guise.exe)
		program_copy(guise.exe, program);
	task->pid = fork();
	if (task->pid == 0)
		task_begin(cg, &guise, program, task->page, page);
	expect(task->pid > 0);
	(void)close(page);
	expect_within(5000, atomic_load(&task->page->ready) || task_exited(task));
	if (task->reaped)
		test_fail(TEST_HERE, "task %s could not start in %s",
			  guise.comm ? guise.comm : guise.exe, cg->path);
	return task;
}

struct task *task_start(const struct cg *cg, const char *name)
{
	return task_start_as(cg, (struct task_guise){ .comm = name });
}

pid_t task_fork(const struct cg *cg, void (*run)(void))
{
	pid_t pid = fork();

	expect(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	join(cg);
	run();
	_exit(9);
}

bool task_forked_gone(pid_t pid)
{
	pid_t out = waitpid(pid, NULL, WNOHANG);

	/* Another's child: a zombie until its reaper comes. */
	return out == pid || (out < 0 && strchr("-Z", process_state(pid)));
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

bool process_is_traced(pid_t pid)
{
	char path[64], line[256];
	int tracer = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	expect(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "TracerPid: %d", &tracer) == 1)
			break;
	(void)fclose(file);
	return tracer != 0;
}
