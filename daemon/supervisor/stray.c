/* See stray.h. */
#include "supervisor/stray.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/text.h"
#include "supervisor/report.h"

#define LOOKS 3
#define WATCH_MSEC 2000 /* of continuous waiting; the handler nudges lost sleepers within 1.1 s */

bool stray_look(struct stray *stray)
{
	struct nsec now = clock_now();

	if (stray->looks++ == 0)
		stray->first_look = now;
	return stray->looks >= LOOKS &&
	       nsec_between(stray->first_look, now).count >= nsec_from_msec(WATCH_MSEC).count;
}

void stray_resolve(struct stray *stray)
{
	char comm[4 * FACTS_COMM_SIZE];
	int ret = 0;

	text_escape(stray->comm, comm, sizeof(comm));
	if (stray->enforce)
		ret = pidfd_send_signal(stray->pidfd, SIGKILL, NULL, 0) < 0 ? -errno : 0;
	report_event(
		REPORT_WARNING,
		"process %u (%s) waits for the end of an OOM in a group that has been removed, "
		"and nothing can wake it: %s%s",
		stray->pid, comm,
		!stray->enforce ? "only SIGKILL ends it"
		: ret < 0	? "SIGKILL could not be sent: "
				: "killed",
		ret < 0 ? strerror(-ret) : "");
}

void stray_drop(struct stray *stray)
{
	io_close(&stray->pidfd);
	*stray = (struct stray){ .pidfd = -1 };
}
