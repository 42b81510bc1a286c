/*
 * See drill_group.h. A process that grows by page faults and nothing else ends in the sleep this daemon
 * is about; one that grows inside a system call would get ENOMEM and go on (kernel 3.12 to 7.3).
 */
#include "ctl/drill_group.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"

#define PATIENCE_MSEC 5000 /* until a process has its size */
#define REMOVE_TRIES 200
#define REMOVE_PAUSE_NSEC (10 * NSEC_PER_MSEC)

const char *const drill_names[DRILL_ROLE_COUNT] = {
	[DRILL_SMALL] = "drill-small",
	[DRILL_MIDDLE] = "drill-middle",
	[DRILL_HOG] = "drill-hog",
};

static const uint64_t start_mib[DRILL_ROLE_COUNT] = {
	[DRILL_SMALL] = DRILL_SMALL_MIB,
	[DRILL_MIDDLE] = DRILL_MIDDLE_MIB,
	[DRILL_HOG] = 1,
};

static int write_file(const char *directory, const char *name, const char *text)
{
	char path[PATH_MAX];
	int fd, ret;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = io_write_at_start(fd, text);
	io_close(&fd);
	return ret;
}

static void touch(volatile char *memory, struct bytes from, struct bytes to)
{
	for (uint64_t at = from.count; at < to.count; at += 4096)
		memory[at] = 1;
}

static void say_ready(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		_exit(1);
}

static void wait_for_growth(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) < 0)
		if (errno != EINTR)
			_exit(1);
}

/*
 * A child's whole life. All it needs from the kernel is asked for before the group is full; from then on
 * it touches memory or sleeps. Huge pages would make sizes jump by 2 MiB.
 */
static __attribute__((noreturn)) void live(const struct drill_group *group, enum drill_role role)
{
	const struct bytes start = bytes_from_mib(start_mib[role]);
	const struct bytes end = role == DRILL_HOG ? bytes_from_mib(DRILL_HOG_MIB) : start;
	char *memory;

	if (write_file(group->directory, group_files[GROUP_MEMBERS_FIRST].name, "0") < 0)
		_exit(1);
	memory = mmap(NULL, end.count, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		_exit(1);
	(void)madvise(memory, end.count, MADV_NOHUGEPAGE); /* fails where there are none */
	touch(memory, (struct bytes){ 0 }, start);
	say_ready(group->ready);
	if (role == DRILL_HOG) {
		wait_for_growth(group->grow);
		touch(memory, start, end);
	}
	for (;;)
		pause();
}

static void become(enum drill_role role, pid_t parent)
{
	static const int reset[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

	for (size_t i = 0; i < sizeof(reset) / sizeof(reset[0]); i++)
		(void)signal(reset[i], SIG_DFL); /* valid signals: cannot fail */
	/* Out of the terminal's group: an interrupt is for the drill, which cleans up in order. */
	if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
	    prctl(PR_SET_NAME, drill_names[role]) < 0)
		_exit(1);
}

static int start_process(struct drill_group *group, enum drill_role role)
{
	struct pollfd wait = { .fd = group->ready, .events = POLLIN };
	pid_t parent = getpid();
	pid_t pid = fork();
	int ready;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		become(role, parent);
		live(group, role);
	}
	group->process[role] = (struct drill_process){ .pid = pid, .known_as = pid };
	ready = poll(&wait, 1, PATIENCE_MSEC);
	if (ready < 0)
		return -errno;
	return ready == 0 ? -ETIMEDOUT : io_drain_event(group->ready);
}

static int make_directories(struct drill_group *group, const char *mount)
{
	char path[PATH_MAX];

	if (snprintf(group->name, sizeof(group->name), "/oomhandlerd-drill-%d/group", getpid()) >=
		    (int)sizeof(group->name) ||
	    snprintf(path, sizeof(path), "%s/oomhandlerd-drill-%d", mount, getpid()) >=
		    (int)sizeof(path) - (int)sizeof("/group"))
		return -ENAMETOOLONG;
	if (mkdir(path, 0755) < 0)
		return -errno;
	memcpy(group->top, path, sizeof(path));
	strcat(path, "/group");
	if (mkdir(path, 0755) < 0)
		return -errno;
	memcpy(group->directory, path, sizeof(path));
	return 0;
}

static int set_limit(const struct drill_group *group)
{
	char limit[TEXT_U64_SIZE];

	/* Without this a host with swap would swap the hog out instead of running out of memory. A kernel
	 * without swap has no such file. */
	(void)write_file(group->directory, KNOB_FILE_SWAPPINESS, "0");
	return write_file(group->directory, group_files[GROUP_LIMIT].name,
			  text_from_u64(bytes_from_mib(DRILL_LIMIT_MIB).count, limit));
}

void drill_group_init(struct drill_group *group)
{
	*group = (struct drill_group){ .grow = -1, .ready = -1 };
}

int drill_group_make(struct drill_group *group, const char *mount)
{
	int ret = make_directories(group, mount);

	if (ret == 0)
		ret = set_limit(group);
	if (ret < 0)
		return ret;
	group->grow = eventfd(0, EFD_CLOEXEC);
	group->ready = eventfd(0, EFD_CLOEXEC);
	if (group->grow < 0 || group->ready < 0)
		return -errno;
	for (int role = 0; ret == 0 && role < DRILL_ROLE_COUNT; role++)
		ret = start_process(group, (enum drill_role)role);
	return ret;
}

int drill_group_grow(const struct drill_group *group)
{
	return io_signal_event(group->grow);
}

void drill_group_reap(struct drill_group *group)
{
	for (int role = 0; role < DRILL_ROLE_COUNT; role++) {
		struct drill_process *process = &group->process[role];

		if (process->pid &&
		    waitpid(process->pid, &process->status, WNOHANG) == process->pid)
			process->pid = 0;
	}
}

int drill_group_level(const struct drill_group *group, struct oom_level *ret_level)
{
	char path[PATH_MAX];
	int fd, ret;

	if (snprintf(path, sizeof(path), "%s/%s", group->directory,
		     group_files[GROUP_OOM_CONTROL].name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = oom_level_read(fd, ret_level);
	io_close(&fd);
	return ret;
}

static void pause_nsec(uint64_t span)
{
	const struct timespec pause_for = { .tv_nsec = (long)span };

	(void)nanosleep(&pause_for, NULL); /* cut short by a signal: the loop around it goes on */
}

/* A group stays busy for a moment after its last process was reaped. */
static int remove_directory(char directory[static PATH_MAX])
{
	if (!directory[0])
		return 0;
	for (int try = 0; try < REMOVE_TRIES; try++) {
		if (rmdir(directory) == 0 || errno == ENOENT) {
			directory[0] = '\0';
			return 0;
		}
		pause_nsec(REMOVE_PAUSE_NSEC);
	}
	return -EBUSY;
}

static void end_processes(struct drill_group *group)
{
	drill_group_reap(group);
	for (int role = 0; role < DRILL_ROLE_COUNT; role++)
		if (group->process[role].pid)
			(void)kill(group->process[role].pid, SIGKILL); /* ours and not reaped */
	for (int try = 0; try < REMOVE_TRIES; try++) {
		bool all_gone = true;

		drill_group_reap(group);
		for (int role = 0; role < DRILL_ROLE_COUNT; role++)
			all_gone = all_gone && !group->process[role].pid;
		if (all_gone)
			return;
		pause_nsec(REMOVE_PAUSE_NSEC);
	}
}

int drill_group_done(struct drill_group *group)
{
	int ret;

	end_processes(group);
	io_close(&group->grow);
	io_close(&group->ready);
	ret = remove_directory(group->directory);
	return ret < 0 ? ret : remove_directory(group->top);
}
