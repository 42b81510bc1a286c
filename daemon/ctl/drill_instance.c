/* See drill_instance.h. */
#include "ctl/drill_instance.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/text.h"
#include "ctl/program.h"

#define STOP_MSEC 10000 /* it undoes everything and looks again after a second */
#define PAUSE_NSEC (10 * NSEC_PER_MSEC)
#define LOG_LINE_SIZE 1024

/* /run first, where the real one lives; the status page must not be on a disk. */
static int make_base(char ret_directory[static PATH_MAX])
{
	static const char *const places[] = { "/run", "/dev/shm" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char directory[PATH_MAX];
		struct statfs system;

		if (statfs(places[i], &system) < 0 || system.f_type != TMPFS_MAGIC)
			continue;
		snprintf(directory, sizeof(directory), "%s/oomhandlerd-drill-XXXXXX", places[i]);
		if (!mkdtemp(directory))
			return -errno;
		memcpy(ret_directory, directory, sizeof(directory));
		return 0;
	}
	return -ENOTSUP;
}

static int write_new_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int ret;

	if (fd < 0)
		return -errno;
	ret = io_write_at_start(fd, text);
	io_close(&fd);
	return ret;
}

static int make_files(struct drill_instance *instance, const char *cgroup)
{
	char policy[256];
	const char *base = instance->directory;
	const struct {
		char *path;
		const char *name;
	} names[] = {
		{ instance->runtime_dir, "run" },
		{ instance->policy_dir, "policy.d" },
		{ instance->policy_file, "policy.d/drill.policy" },
		{ instance->state_dir, "state" },
		{ instance->config_file, "oomhandlerd.conf" },
		{ instance->log_file, "log" },
	};
	int ret;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (snprintf(names[i].path, PATH_MAX, "%s/%s", base, names[i].name) >= PATH_MAX)
			return -ENAMETOOLONG;
	snprintf(policy, sizeof(policy),
		 "[Match]\nCgroup=%s\n\n[OnOOM]\nMode=enforce\nStep=kill\nDeadline=5s\n", cgroup);
	if (mkdir(instance->runtime_dir, 0700) < 0 || mkdir(instance->policy_dir, 0700) < 0 ||
	    mkdir(instance->state_dir, 0700) < 0)
		return -errno;
	ret = write_new_file(instance->policy_file, policy);
	if (ret == 0)
		ret = write_new_file(instance->config_file, "");
	if (ret == 0)
		ret = write_new_file(instance->log_file, "");
	return ret;
}

/* The service manager's addresses are the real instance's: this one must not speak in its name. */
static void clean_environment(void)
{
	static const char *const names[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
					     "JOURNAL_STREAM" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unsetenv(names[i]); /* valid names: cannot fail */
}

static bool redirect(const char *log_file)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int log = open(log_file, O_WRONLY | O_APPEND | O_CLOEXEC);

	return in >= 0 && log >= 0 && dup2(in, STDIN_FILENO) >= 0 &&
	       dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0;
}

/*
 * The child's side: never returns. Should the drill be killed, the guardian gets SIGTERM and hands the
 * group back in order.
 */
static __attribute__((noreturn)) void run(const struct drill_instance *instance, const char *path,
					  pid_t parent)
{
	clean_environment();
	if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent ||
	    signal(SIGPIPE, SIG_DFL) == SIG_ERR || !redirect(instance->log_file))
		_exit(127);
	execl(path, path, "--config", instance->config_file, "--policy-dir", instance->policy_dir,
	      "--runtime-dir", instance->runtime_dir, "--state-dir", instance->state_dir,
	      (char *)NULL);
	_exit(127);
}

int drill_instance_start(struct drill_instance *instance, const char *cgroup)
{
	char path[PATH_MAX];
	pid_t parent = getpid();
	int ret = program_find("oomhandlerd", path);

	if (ret == 0)
		ret = make_base(instance->directory);
	if (ret == 0)
		ret = make_files(instance, cgroup);
	if (ret < 0)
		return ret;
	instance->pid = fork();
	if (instance->pid == 0)
		run(instance, path, parent);
	if (instance->pid < 0) {
		instance->pid = 0;
		return -errno;
	}
	return 0;
}

void drill_instance_reap(struct drill_instance *instance)
{
	if (instance->pid && waitpid(instance->pid, &instance->status, WNOHANG) == instance->pid)
		instance->pid = 0;
}

static bool wait_for_end(struct drill_instance *instance)
{
	const struct nsec deadline = nsec_after(clock_now(), nsec_from_msec(STOP_MSEC));

	while (!nsec_reached(clock_now(), deadline)) {
		const struct timespec pause_for = { .tv_nsec = PAUSE_NSEC };

		drill_instance_reap(instance);
		if (!instance->pid)
			return true;
		(void)nanosleep(&pause_for, NULL); /* cut short by a signal: the loop goes on */
	}
	return false;
}

int drill_instance_stop(struct drill_instance *instance)
{
	drill_instance_reap(instance);
	if (instance->pid)
		(void)kill(instance->pid, SIGTERM); /* ours and not reaped */
	if (!wait_for_end(instance)) {
		(void)kill(instance->pid, SIGKILL);
		(void)wait_for_end(instance); /* whether or not: the caller learns that it hung */
		return -ETIMEDOUT;
	}
	return WIFEXITED(instance->status) && WEXITSTATUS(instance->status) == 0 ? 0 : -EPROTO;
}

void drill_instance_print_log(const struct drill_instance *instance, FILE *out)
{
	FILE *log = instance->log_file[0] ? fopen(instance->log_file, "re") : NULL;
	char line[LOG_LINE_SIZE], text[4 * LOG_LINE_SIZE];

	if (!log)
		return;
	for (bool first = true; fgets(line, sizeof(line), log); first = false) {
		if (first)
			fputs("What the second instance said:\n", out);
		line[strcspn(line, "\n")] = '\0';
		fprintf(out, "  %s\n", text_escape(line, text, sizeof(text)));
	}
	(void)fclose(log); /* read only: nothing can be lost */
}

static int remove_tree(const char *directory)
{
	char *const roots[] = { (char *)directory, NULL }; /* fts(3) keeps it const */
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;
	int ret = walk ? 0 : -errno;

	while (walk && (entry = fts_read(walk))) {
		bool folder = entry->fts_info == FTS_DP || entry->fts_info == FTS_DNR;

		if (entry->fts_info == FTS_D)
			continue;
		if ((folder ? rmdir(entry->fts_accpath) : unlink(entry->fts_accpath)) < 0)
			ret = -errno;
	}
	if (walk)
		(void)fts_close(walk); /* nothing to restore: FTS_NOCHDIR */
	return ret;
}

int drill_instance_done(struct drill_instance *instance)
{
	/* How one ended that had ended already is in its status, and was told before. */
	int ret = instance->pid ? drill_instance_stop(instance) : 0;

	if (instance->directory[0]) {
		int removed = remove_tree(instance->directory);

		ret = ret < 0 ? ret : removed;
		instance->directory[0] = '\0';
	}
	return ret;
}
