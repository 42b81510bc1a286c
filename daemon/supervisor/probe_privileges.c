/*
 * What the doctor asks of the process: capabilities, locked memory, scheduling, protection from the
 * kernel's killer, descriptors. Whatever changes the process is tried in a child.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "shared/inherit.h"
#include "supervisor/probe.h"

static const struct capability_row {
	int number;
	const char *name;
	enum probe_verdict without;
	const char *purpose;
} capability_rows[] = {
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", PROBE_FAILED,
	  "keeps the original values of a group on it, as a trusted attribute, and lets programs "
	  "be loaded into the kernel" },
	{ CAP_KILL, "CAP_KILL", PROBE_FAILED, "kills processes of other users" },
	{ CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE", PROBE_WARNING, "writes knobs of delegated groups" },
	{ CAP_SYS_NICE, "CAP_SYS_NICE", PROBE_WARNING, "lets the handler run before its victims" },
	{ CAP_IPC_LOCK, "CAP_IPC_LOCK", PROBE_WARNING, "keeps the handler's memory from paging" },
	{ CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE", PROBE_WARNING,
	  "protects the daemon from the kernel's killer and from waiting in reclaim" },
};

/* The effective set by capget(2): there is no reason to read it from /proc. */
static int effective_capabilities(uint64_t *ret_set)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	*ret_set = data[0].effective | (uint64_t)data[1].effective << 32;
	return 0;
}

static void look_at_capabilities(struct probe *probe)
{
	uint64_t set = 0;
	int ret = effective_capabilities(&set);

	if (ret < 0) {
		probe_note(probe, "capabilities", PROBE_WARNING, NULL, "capget: %s",
			   strerror(-ret));
		return;
	}
	for (size_t i = 0; i < sizeof(capability_rows) / sizeof(capability_rows[0]); i++) {
		const struct capability_row *row = &capability_rows[i];
		bool have = set >> row->number & 1;

		probe_note(probe, row->name, have ? PROBE_OK : row->without,
			   have ? NULL
				: "add it to the bounding set (CapabilityBoundingSet= of the unit)",
			   "%s: %s", have ? "granted" : "missing", row->purpose);
	}
}

/* Return: 0, or the negative errno with which @attempt failed in a child. */
static int try_in_child(int (*attempt)(void))
{
	int status;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		_exit(attempt() < 0 ? errno : 0);
	if (waitpid(child, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

static int attempt_lock(void)
{
	return mlockall(MCL_CURRENT | MCL_FUTURE);
}

static int attempt_fifo(void)
{
	const struct sched_param priority = { .sched_priority = 1 };

	return sched_setscheduler(0, SCHED_FIFO, &priority);
}

static int attempt_nice(void)
{
	return setpriority(PRIO_PROCESS, 0, -20);
}

static int attempt_protection(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : io_write_at_start(fd, "-1000");

	errno = -ret;
	return ret;
}

static void look_at_locking(struct probe *probe)
{
	int ret = try_in_child(attempt_lock);

	if (ret == 0)
		probe_note(probe, "locked-memory", PROBE_OK, NULL, "mlockall is allowed");
	else
		probe_note(probe, "locked-memory", PROBE_WARNING,
			   "raise LimitMEMLOCK= of the unit or grant CAP_IPC_LOCK",
			   "mlockall: %s: the handler may have to wait for its own pages",
			   strerror(-ret));
}

static void look_at_scheduling(struct probe *probe)
{
	int fifo = try_in_child(attempt_fifo), nice_level = 0;

	if (fifo < 0)
		nice_level = try_in_child(attempt_nice);
	if (fifo == 0)
		probe_note(probe, "scheduling", PROBE_OK, NULL, "SCHED_FIFO is allowed");
	else if (nice_level == 0)
		probe_note(
			probe, "scheduling", PROBE_WARNING,
			"with CONFIG_RT_GROUP_SCHED give the own cpu group some cpu.rt_runtime_us",
			"SCHED_FIFO: %s; nice -20 is used instead", strerror(-fifo));
	else
		probe_note(
			probe, "scheduling", PROBE_WARNING, "grant CAP_SYS_NICE",
			"SCHED_FIFO: %s; nice -20: %s: the handler waits its turn like its victims",
			strerror(-fifo), strerror(-nice_level));
}

static void look_at_protection(struct probe *probe)
{
	int ret = try_in_child(attempt_protection);

	if (ret == 0)
		probe_note(probe, "oom-protection", PROBE_OK, NULL,
			   "oom_score_adj -1000 is allowed");
	else
		probe_note(probe, "oom-protection", PROBE_WARNING,
			   "set OOMScoreAdjust=-1000 in the unit, or grant CAP_SYS_RESOURCE",
			   "oom_score_adj -1000: %s: when the whole machine is out of memory, the "
			   "kernel "
			   "may kill the daemon",
			   strerror(-ret));
}

/* A group costs the handler one descriptor per file; the hard limit is what the programs raise theirs to. */
static void look_at_descriptors(struct probe *probe)
{
	struct rlimit limit;
	rlim_t groups;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
		probe_note(probe, "descriptors", PROBE_WARNING, NULL, "getrlimit: %s",
			   strerror(errno));
		return;
	}
	groups = limit.rlim_max > INHERIT_END ? (limit.rlim_max - INHERIT_END) / GROUP_FILE_COUNT
					      : 0;
	if (groups > ROSTER_SLOTS)
		groups = ROSTER_SLOTS;
	probe_note(probe, "descriptors", groups < 256 ? PROBE_WARNING : PROBE_OK,
		   groups < 256 ? "raise LimitNOFILE= of the unit" : NULL,
		   "RLIMIT_NOFILE %llu allows at most %llu groups, fewer by two descriptors per "
		   "process",
		   (unsigned long long)limit.rlim_max, (unsigned long long)groups);
}

void probe_privileges(struct probe *probe)
{
	look_at_capabilities(probe);
	look_at_locking(probe);
	look_at_scheduling(probe);
	look_at_protection(probe);
	look_at_descriptors(probe);
}
