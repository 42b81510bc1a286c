/* See stranded.h. */
#include "supervisor/stranded.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/ring.h"
#include "base/text.h"
#include "supervisor/proc_status.h"
#include "supervisor/process_read.h"
#include "supervisor/report.h"
#include "supervisor/view_file.h"

#define LOOK_MSEC 1000
#define AGAIN_MSEC 10000 /* after a look that failed */
#define LOOKS 3
#define WATCH_MSEC 2000 /* of continuous waiting; the handler nudges lost sleepers within 1.1 s */
#define WAIT_FUNCTION "mem_cgroup_oom_synchronize" /* mm/memcontrol.c, since 3.12 */

/* From the main loop to the sampler. A full ring loses a group: its sleepers are then not found. */
static struct {
	struct ring ring;
	uint64_t inodes[STRANDED_GONE];
} removed;

void stranded_group_gone(uint64_t inode)
{
	uint32_t index;

	if (!ring_reserve(&removed.ring, STRANDED_GONE, &index))
		return;
	removed.inodes[index] = inode;
	ring_publish(&removed.ring);
}

void stranded_init(struct stranded *stranded, const struct sampled *sampled, struct groups *groups)
{
	memset(stranded, 0, sizeof(*stranded));
	stranded->sampled = sampled;
	stranded->groups = groups;
	for (int i = 0; i < STRANDED_MAX; i++)
		stranded->list[i].pidfd = -1;
}

static void take_removed(struct stranded *stranded)
{
	uint32_t index;

	while (ring_peek(&removed.ring, STRANDED_GONE, &index)) {
		uint64_t inode = removed.inodes[index];

		ring_release(&removed.ring);
		stranded->gone[stranded->gone_count++ % STRANDED_GONE] = inode;
		for (int i = 0; i < STRANDED_MAX; i++)
			if (stranded->list[i].inode == inode)
				stranded->list[i].gone = true;
	}
}

static bool is_gone(const struct stranded *stranded, uint64_t inode)
{
	for (int i = 0; i < STRANDED_GONE; i++)
		if (stranded->gone[i] == inode)
			return true;
	return false;
}

/* The managed one whose policy @tenant is under: itself or above. */
static const struct sampled_tenant *managed_of(const struct sampled *sampled,
					       const struct sampled_tenant *tenant)
{
	for (int depth = 0; tenant && depth < STRANDED_ABOVE; depth++) {
		if (tenant->roster.role == ROSTER_MANAGED)
			return tenant;
		tenant = sampled_above(sampled, tenant);
	}
	return NULL;
}

static bool policy_enforces(const struct sampled *sampled, const struct sampled_tenant *managed)
{
	struct policy policy;

	return roster_read_policy(sampled->tables->roster, managed->roster.policy, &policy) == 0 &&
	       policy.mode == POLICY_ENFORCE;
}

static bool is_asleep(uint32_t pid, int pidfd)
{
	struct proc_status status;

	return proc_status_read(pid, &status) == 0 && status.state == 'D' && !process_exited(pidfd);
}

static struct stray *free_stray(struct stranded *stranded, uint32_t pid)
{
	struct stray *found = NULL;

	for (int i = 0; i < STRANDED_MAX; i++) {
		struct stray *stray = &stranded->list[i];

		if (stray->pidfd >= 0 && stray->pid == pid)
			return NULL; /* watched already, since it left an earlier group */
		if (stray->pidfd < 0)
			found = stray;
	}
	return found;
}

static void above_note(const struct sampled *sampled, const struct sampled_tenant *tenant,
		       struct stray *stray)
{
	for (int i = 0; i < STRANDED_ABOVE; i++) {
		tenant = sampled_above(sampled, tenant);
		if (!tenant)
			return;
		stray->above[i] = tenant->roster.inode;
	}
}

void stranded_left(struct stranded *stranded, const struct process *process)
{
	const struct fact *fact = &process->fact;
	const struct sampled_tenant *tenant =
		sampled_tenant_of(stranded->sampled, fact->slot, fact->slot_generation);
	const struct sampled_tenant *managed =
		tenant ? managed_of(stranded->sampled, tenant) : NULL;
	struct stray *stray;

	if (!managed || !managed->armed || process->closing ||
	    !is_asleep(fact->pid, process->pidfd))
		return;
	take_removed(stranded);
	stray = free_stray(stranded, fact->pid);
	if (!stray)
		return;
	*stray = (struct stray){
		.pidfd = fcntl(process->pidfd, F_DUPFD_CLOEXEC, 0), /* -1: still free */
		.pid = fact->pid,
		.inode = tenant->roster.inode,
		.enforce = policy_enforces(stranded->sampled, managed),
		.gone = is_gone(stranded, tenant->roster.inode),
	};
	memcpy(stray->comm, fact->comm, sizeof(stray->comm));
	above_note(stranded->sampled, tenant, stray);
}

static void stray_drop(struct stray *stray)
{
	io_close(&stray->pidfd);
	stray->inode = 0;
}

/* Return: true when the reader is to look where it sleeps. */
static bool stray_is_due(struct stray *stray)
{
	if (stray->pidfd < 0 || !nsec_reached(clock_now(), stray->next_look))
		return false;
	stray->next_look = nsec_after(clock_now(), nsec_from_msec(LOOK_MSEC));
	if (is_asleep(stray->pid, stray->pidfd))
		return stray->gone;
	stray_drop(stray);
	return false;
}

bool stranded_ask(struct stranded *stranded, struct reader_line *line)
{
	take_removed(stranded);
	for (uint32_t i = 0; i < STRANDED_MAX && !line->busy; i++) {
		struct stray *stray = &stranded->list[i];
		struct reader_request request = { .question = READER_SLEEP, .pid = stray->pid };

		if (!stray_is_due(stray) || !reader_line_ready(line))
			continue;
		stranded->asked = i;
		return reader_line_ask(line, &request) == 0;
	}
	return false;
}

/* Errors: of opening and reading; the caller then knows nothing. */
static int level_of(int fd, bool *ret_under_oom)
{
	struct oom_level level;
	int ret = fd < 0 ? fd : oom_level_read(fd, &level);

	if (ret == 0)
		*ret_under_oom = level.under_oom;
	io_close(&fd);
	return ret;
}

/* The group it is in now. An OOM further up marks this one as well (KERNEL.md K4). */
static bool present_group_calm(const struct stranded *stranded, const char *group)
{
	char path[PATH_MAX];
	bool under_oom;
	int fd;

	if (group[0] == '\0' || snprintf(path, sizeof(path), "%s%s/%s", stranded->groups->mount,
					 group, KNOB_FILE_OOM_CONTROL) >= (int)sizeof(path))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return level_of(fd < 0 ? -errno : fd, &under_oom) == 0 && !under_oom;
}

/* Those above the removed group: the nearest one that is left tells for all further up. */
static bool former_groups_calm(const struct stranded *stranded, const struct stray *stray)
{
	static struct group_view view; /* the thread's own; large */

	for (int i = 0; i < STRANDED_ABOVE && stray->above[i]; i++) {
		bool under_oom;

		if (groups_view_inode(stranded->groups, stray->above[i], &view) < 0)
			continue;
		return level_of(view_file_open(&view, KNOB_FILE_OOM_CONTROL), &under_oom) == 0 &&
		       !under_oom;
	}
	return true;
}

static void stray_resolve(struct stray *stray)
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
	stray_drop(stray);
}

void stranded_hear(struct stranded *stranded, enum reader_line_event event,
		   const struct reader_answer *answer)
{
	struct stray *stray = &stranded->list[stranded->asked];
	struct nsec now = clock_now();

	if (process_exited(stray->pidfd)) {
		stray_drop(stray);
		return;
	}
	/* On a host short of memory an answer may be late: it tells nothing about the sleeper. */
	if (event == READER_LINE_FAILED || answer->error) {
		stray->looks = 0;
		stray->next_look = nsec_after(now, nsec_from_msec(AGAIN_MSEC));
		return;
	}
	if (strncmp(answer->sleep.wchan, WAIT_FUNCTION, strlen(WAIT_FUNCTION)) != 0) {
		stray_drop(stray);
		return;
	}
	if (!present_group_calm(stranded, answer->sleep.group) ||
	    !former_groups_calm(stranded, stray)) {
		stray->looks = 0;
		return;
	}
	if (stray->looks++ == 0)
		stray->first_look = now;
	if (stray->looks >= LOOKS &&
	    nsec_between(stray->first_look, now).count >= nsec_from_msec(WATCH_MSEC).count)
		stray_resolve(stray);
}
