/* See child.h. */
#include "guardian/child.h"

#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/io.h"
#include "guardian/say.h"

#define BACK_OFF_FIRST_MSEC 1200 /* past the last look of a hand-back */
#define BACK_OFF_MAX_MSEC 60000
#define HEALTHY_MSEC 60000
#define STATUS_SIGNAL 128 /* as shells say it */

void child_start(struct child *child)
{
	int ret = spawn_start(&child->spawn, &child->pid, &child->pidfd);

	child->started = clock_now();
	child->doomed = false;
	if (ret == 0)
		return;
	say_line(SAY_ERROR, "cannot start the %s: %s", child->name, strerror(-ret));
	child_back_off(child);
}

void child_signal(struct child *child, int number)
{
	if (child->pid == 0)
		return;
	child->doomed = child->doomed || number == SIGKILL;
	(void)pidfd_send_signal(child->pidfd, number, NULL, 0);
}

int child_reap(struct child *child)
{
	int status = 0;

	/* Readable: it is a zombie, so this does not wait. */
	(void)waitpid(child->pid, &status, 0);
	io_close(&child->pidfd);
	child->pid = 0;
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

void child_back_off(struct child *child)
{
	struct nsec now = clock_now();
	struct nsec next = { .count = child->back_off.count * 2 };
	struct nsec first = nsec_from_msec(BACK_OFF_FIRST_MSEC);
	struct nsec max = nsec_from_msec(BACK_OFF_MAX_MSEC);

	if (nsec_reached(now, nsec_after(child->started, nsec_from_msec(HEALTHY_MSEC))))
		next = first;
	if (next.count < first.count)
		next = first;
	child->back_off = next.count < max.count ? next : max;
	child->restart_at = nsec_after(now, child->back_off);
}
