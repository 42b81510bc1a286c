/* See hogs.h. */
#include "bench/hogs.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/test.h"

static pid_t hogs[HOGS_MOST];
static unsigned int running;

static void __attribute__((noreturn)) spin(void)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (volatile unsigned long n = 0;; n++)
		;
}

void hogs_start(unsigned int count)
{
	expect(running == 0 && count <= HOGS_MOST);
	for (; running < count; running++) {
		hogs[running] = fork();
		expect(hogs[running] >= 0);
		if (hogs[running] == 0)
			spin();
	}
}

void hogs_stop(void)
{
	for (; running > 0; running--) {
		expect(kill(hogs[running - 1], SIGKILL) == 0);
		expect(waitpid(hogs[running - 1], NULL, 0) == hogs[running - 1]);
	}
}
