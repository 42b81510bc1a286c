/*
 * See host_crowd.h. A process of its own is their parent, so that the case, which is forked often, neither
 * carries their stacks nor waits for their ends.
 */
#include "bench/host_crowd.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup/test.h"

#define STACK_BYTES 2048
#define LIFE_SECONDS 900
#define READY 'r'

static pid_t parent;
static int talk = -1; /* closed: the parent ends them all */

/* System calls alone: they share all of the C library's memory. */
static int sleep_on(void *unused)
{
	static const struct timespec life = { .tv_sec = LIFE_SECONDS };

	(void)unused;
	(void)syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)syscall(SYS_nanosleep, &life, NULL);
	return 0;
}

static void __attribute__((noreturn)) end(const pid_t *list, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		(void)kill(list[i], SIGKILL);
	while (wait(NULL) >= 0 || errno == EINTR)
		;
	_exit(0);
}

static void *room(size_t bytes)
{
	void *out = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (out == MAP_FAILED)
		_exit(1);
	return out;
}

/*
 * No signal for the whole bench is for them: they would all clean up after the case, on their small stacks.
 * Nobody has to reap them.
 */
static void signals_forget(void)
{
	(void)setpgid(0, 0);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGCHLD, SIG_IGN);
}

static void __attribute__((noreturn)) parent_run(int socket, unsigned int count)
{
	pid_t *list = room(count * sizeof(*list));
	char *stacks = room((size_t)count * STACK_BYTES), byte = READY;
	unsigned int made = 0;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	signals_forget();
	for (; made < count; made++) {
		list[made] =
			clone(sleep_on, stacks + (size_t)(made + 1) * STACK_BYTES,
			      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, NULL);
		if (list[made] < 0)
			end(list, made);
	}
	/* Until nobody is there any more who would close it. */
	if (write(socket, &byte, 1) == 1)
		while (read(socket, &byte, 1) > 0)
			;
	end(list, made);
}

void host_crowd_start(unsigned int count)
{
	int ends[2];
	char byte;

	expect(talk < 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	parent = fork();
	expect(parent >= 0);
	if (parent == 0) {
		(void)close(ends[0]);
		parent_run(ends[1], count);
	}
	(void)close(ends[1]);
	talk = ends[0];
	if (read(talk, &byte, 1) != 1)
		test_fail(TEST_HERE, "this host does not take %u more processes", count);
}

void host_crowd_stop(void)
{
	expect(close(talk) == 0);
	talk = -1;
	expect(waitpid(parent, NULL, 0) == parent);
}
