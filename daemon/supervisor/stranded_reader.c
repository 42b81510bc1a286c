/* See stranded_reader.h. */
#include "supervisor/stranded_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/proc_status.h"
#include "supervisor/process_read.h"
#include "supervisor/view_file.h"

#define LOOK_MSEC 1000
#define AGAIN_MSEC 10000 /* after a look that failed */
#define WAIT_FUNCTION "mem_cgroup_oom_synchronize" /* mm/memcontrol.c, since 3.12 */

void stranded_reader_init(struct stranded_reader *reader, const struct sampled *sampled,
			  struct groups *groups)
{
	memset(reader, 0, sizeof(*reader));
	reader->sampled = sampled;
	reader->groups = groups;
	for (int i = 0; i < STRANDED_MAX; i++)
		reader->list[i].stray.pidfd = -1;
}

static void leaver_claim(struct stranded_leaver *leaver, enum stranded_claim claim)
{
	leaver->gone = claim != STRANDED_FOREIGN;
	leaver->stray.enforce = claim == STRANDED_KILLED;
}

void stranded_reader_gone(struct stranded_reader *reader, const struct stranded_group *group)
{
	for (int i = 0; i < STRANDED_MAX; i++) {
		struct stranded_leaver *leaver = &reader->list[i];

		if (leaver->stray.pid == 0 || leaver->gone || leaver->stray.inode != group->inode)
			continue;
		leaver_claim(leaver, group->claim);
		if (!leaver->gone)
			stray_drop(&leaver->stray);
	}
}

static bool is_asleep(uint32_t pid, int pidfd)
{
	struct proc_status status;

	return proc_status_read(pid, &status) == 0 && status.state == 'D' && !process_exited(pidfd);
}

static struct stranded_leaver *free_leaver(struct stranded_reader *reader, uint32_t pid)
{
	struct stranded_leaver *found = NULL;

	for (int i = 0; i < STRANDED_MAX; i++) {
		struct stranded_leaver *leaver = &reader->list[i];

		if (leaver->stray.pid == pid)
			return NULL; /* watched already, since it left an earlier group */
		if (leaver->stray.pid == 0)
			found = leaver;
	}
	return found;
}

static void above_note(const struct sampled *sampled, const struct sampled_tenant *tenant,
		       struct stranded_leaver *leaver)
{
	for (int i = 0; i < STRANDED_ABOVE; i++) {
		tenant = sampled_above(sampled, tenant);
		if (!tenant)
			return;
		leaver->above[i] = tenant->roster.inode;
	}
}

void stranded_reader_left(struct stranded_reader *reader, const struct stranded_groups *removed,
			  const struct process *process)
{
	const struct fact *fact = &process->fact;
	const struct sampled_tenant *tenant =
		sampled_tenant_of(reader->sampled, fact->slot, fact->slot_generation);
	const struct sampled_tenant *managed =
		tenant ? sampled_managed(reader->sampled, tenant) : NULL;
	struct stranded_leaver *leaver;
	int pidfd;

	if (!managed || !managed->armed || process->closing ||
	    !is_asleep(fact->pid, process->pidfd))
		return;
	leaver = free_leaver(reader, fact->pid);
	pidfd = leaver ? fcntl(process->pidfd, F_DUPFD_CLOEXEC, 0) : -1;
	if (pidfd < 0)
		return;
	*leaver = (struct stranded_leaver){
		.stray = { .pid = fact->pid, .pidfd = pidfd, .inode = tenant->roster.inode },
	};
	leaver_claim(leaver, stranded_groups_claim(removed, tenant->roster.inode));
	memcpy(leaver->stray.comm, fact->comm, sizeof(leaver->stray.comm));
	above_note(reader->sampled, tenant, leaver);
}

/* Return: true when the reader is to look where it sleeps. */
static bool leaver_is_due(struct stranded_leaver *leaver)
{
	if (leaver->stray.pid == 0 || !nsec_reached(clock_now(), leaver->next_look))
		return false;
	leaver->next_look = nsec_after(clock_now(), nsec_from_msec(LOOK_MSEC));
	if (is_asleep(leaver->stray.pid, leaver->stray.pidfd))
		return leaver->gone;
	stray_drop(&leaver->stray);
	return false;
}

bool stranded_reader_ask(struct stranded_reader *reader, struct reader_line *line)
{
	for (uint32_t i = 0; i < STRANDED_MAX && !line->busy; i++) {
		struct stranded_leaver *leaver = &reader->list[i];
		struct reader_request request = { .question = READER_SLEEP,
						  .pid = leaver->stray.pid };

		if (!leaver_is_due(leaver) || !reader_line_ready(line))
			continue;
		reader->asked = i;
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
static bool present_group_calm(const struct stranded_reader *reader, const char *group)
{
	char path[PATH_MAX];
	bool under_oom;
	int fd;

	if (group[0] == '\0' || snprintf(path, sizeof(path), "%s%s/%s", reader->groups->mount,
					 group, KNOB_FILE_OOM_CONTROL) >= (int)sizeof(path))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return level_of(fd < 0 ? -errno : fd, &under_oom) == 0 && !under_oom;
}

/* Those above the removed group: the nearest one that is left tells for all further up. */
static bool former_groups_calm(const struct stranded_reader *reader,
			       const struct stranded_leaver *leaver)
{
	static struct group_view view; /* the thread's own; large */

	for (int i = 0; i < STRANDED_ABOVE && leaver->above[i]; i++) {
		bool under_oom;

		if (groups_view_inode(reader->groups, leaver->above[i], &view) < 0)
			continue;
		return level_of(view_file_open(&view, KNOB_FILE_OOM_CONTROL), &under_oom) == 0 &&
		       !under_oom;
	}
	return true;
}

void stranded_reader_hear(struct stranded_reader *reader, enum reader_line_event event,
			  const struct reader_answer *answer)
{
	struct stranded_leaver *leaver = &reader->list[reader->asked];
	struct stray *stray = &leaver->stray;

	if (process_exited(stray->pidfd)) {
		stray_drop(stray);
		return;
	}
	/* On a host short of memory an answer may be late: it tells nothing about the sleeper. */
	if (event == READER_LINE_FAILED || answer->error) {
		stray->looks = 0;
		leaver->next_look = nsec_after(clock_now(), nsec_from_msec(AGAIN_MSEC));
		return;
	}
	if (strncmp(answer->sleep.wchan, WAIT_FUNCTION, strlen(WAIT_FUNCTION)) != 0) {
		stray_drop(stray);
		return;
	}
	if (!present_group_calm(reader, answer->sleep.group) ||
	    !former_groups_calm(reader, leaver)) {
		stray->looks = 0;
		return;
	}
	if (!stray_look(stray))
		return;
	stray_resolve(stray);
	stray_drop(stray);
}
