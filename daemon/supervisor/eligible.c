/* See eligible.h. Reads of /proc only what no lock can hold up: comm and status (KERNEL.md K8). */
#include "supervisor/eligible.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"
#include "shared/knobs.h"

#define STATUS_SIZE 4096 /* NSpid stands within the first kilobyte */
#define COMM_SIZE 16

/* As the kernel cuts them at 15 characters. A record written to one of them that sleeps blocks us. */
static const char *const needed_services[] = {
	"systemd-journal", "dbus-daemon", "dbus-broker", "dbus-broker-lau", "dockerd", "containerd",
};

static int file_read(int directory, const char *name, char *text, size_t size)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = io_read_at_start(fd, text, size);
	io_close(&fd);
	return ret < 0 ? ret : 0;
}

static int number_read(int directory, const char *name, uint64_t *ret_value)
{
	char text[TEXT_U64_SIZE + 1];
	int ret = file_read(directory, name, text, sizeof(text));

	return ret < 0 ? ret : text_to_u64(text, NULL, ret_value);
}

/* Of a process: it has exited meanwhile, and holds nothing up. */
static bool process_is_gone(int error)
{
	return error == -ENOENT || error == -ESRCH;
}

/* Out of descriptors or memory is our trouble, not the group's, and must change nothing for it. */
static enum eligible_answer unknown(int error, char *refusal)
{
	struct rlimit limit = { 0 };

	if (error == -ENOENT || error == -ENODEV)
		return ELIGIBLE_GONE;
	if (error != -EMFILE) {
		(void)snprintf(refusal, TREE_REFUSAL_SIZE, "could not be looked at: %s",
			       strerror(-error));
		return ELIGIBLE_UNKNOWN;
	}
	(void)getrlimit(RLIMIT_NOFILE, &limit); /* zero in the text is the worst that can come */
	(void)snprintf(refusal, TREE_REFUSAL_SIZE,
		       "could not be looked at: no file descriptors left, RLIMIT_NOFILE is %llu",
		       (unsigned long long)limit.rlim_cur);
	return ELIGIBLE_UNKNOWN;
}

/* A process of the daemon's own pid namespace has one pid; one in a container has one more per level. */
static int process_is_hosts(pid_t pid, bool *ret_hosts)
{
	char path[64], text[STATUS_SIZE];
	const char *at;
	int ret;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	ret = file_read(AT_FDCWD, path, text, sizeof(text));
	if (ret < 0)
		return ret;
	at = strstr(text, "\nNSpid:\t");
	at = at ? at + strlen("\nNSpid:\t") : NULL;
	/* Without the line it is a kernel without pid namespaces. */
	*ret_hosts = !at || at[strspn(at, "0123456789")] == '\n';
	return 0;
}

/* @ret_service: the service of the host that @pid is, NULL for none. */
static int process_service(pid_t pid, const char **ret_service)
{
	char path[64], comm[COMM_SIZE + 1];
	bool hosts = false;
	int ret;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	ret = file_read(AT_FDCWD, path, comm, sizeof(comm));
	if (ret < 0)
		return ret;
	comm[strcspn(comm, "\n")] = '\0';
	*ret_service = NULL;
	for (size_t i = 0; i < sizeof(needed_services) / sizeof(needed_services[0]); i++) {
		if (strcmp(comm, needed_services[i]) != 0)
			continue;
		ret = process_is_hosts(pid, &hosts);
		if (ret == 0 && hosts)
			*ret_service = needed_services[i];
		return ret;
	}
	return 0;
}

static enum eligible_answer process_ask(const struct eligible_question *question, pid_t pid,
					char *refusal)
{
	const char *service = NULL;
	int ret;

	if (pid == 1) {
		(void)snprintf(refusal, TREE_REFUSAL_SIZE, "holds pid 1");
		return ELIGIBLE_NO;
	}
	for (int i = 0; i < ELIGIBLE_OURS; i++) {
		if (!question->ours[i] || question->ours[i] != pid)
			continue;
		(void)snprintf(refusal, TREE_REFUSAL_SIZE, "holds this daemon itself (pid %d)",
			       (int)pid);
		return ELIGIBLE_NO;
	}
	ret = question->force ? 0 : process_service(pid, &service);
	if (ret < 0)
		return process_is_gone(ret) ? ELIGIBLE_YES : unknown(ret, refusal);
	if (!service)
		return ELIGIBLE_YES;
	(void)snprintf(refusal, TREE_REFUSAL_SIZE,
		       "holds %s (pid %d), which the host needs; Force=yes overrides", service,
		       (int)pid);
	return ELIGIBLE_NO;
}

static int members_stream(const struct eligible_question *question, const struct node *node,
			  FILE **ret_members)
{
	int directory = tree_open(node, question->mount, O_RDONLY);
	int fd, ret = 0;

	if (directory < 0)
		return directory;
	fd = openat(directory, group_files[GROUP_MEMBERS_FIRST].name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ret = -errno;
	io_close(&directory);
	if (ret < 0)
		return ret;
	*ret_members = fdopen(fd, "re");
	if (*ret_members)
		return 0;
	ret = -errno;
	io_close(&fd);
	return ret;
}

static enum eligible_answer members_ask(const struct eligible_question *question,
					const struct node *node, char *refusal)
{
	enum eligible_answer answer = ELIGIBLE_YES;
	FILE *members;
	int pid, ret = members_stream(question, node, &members);

	if (ret < 0)
		return unknown(ret, refusal);
	errno = 0;
	while (answer == ELIGIBLE_YES && fscanf(members, "%d", &pid) == 1) {
		answer = process_ask(question, pid, refusal);
		errno = 0;
	}
	if (answer == ELIGIBLE_YES && ferror(members))
		answer = unknown(errno ? -errno : -EIO, refusal);
	(void)fclose(members); /* only read from */
	return answer;
}

static enum eligible_answer subtree_ask(const struct eligible_question *question,
					const struct node *top, char *refusal)
{
	/* The walk does not change the nodes; tree_next() is shared with those who do. */
	for (struct node *node = (struct node *)top; node; node = tree_next(top, node)) {
		enum eligible_answer answer = members_ask(question, node, refusal);

		/* A child that vanished holds nobody. */
		if (answer != ELIGIBLE_YES && (answer != ELIGIBLE_GONE || node == top))
			return answer;
	}
	return ELIGIBLE_YES;
}

static int limit_is_finite(int directory, enum group_file file, bool *ret_finite)
{
	uint64_t limit;
	int ret = number_read(directory, group_files[file].name, &limit);

	if (ret == -ENOENT && group_files[file].optional) {
		*ret_finite = false;
		return 0;
	}
	if (ret == 0)
		*ret_finite = !limit_is_unlimited(limit);
	return ret;
}

static enum eligible_answer limits_ask(int directory, char *refusal)
{
	bool finite = false;
	int ret = limit_is_finite(directory, GROUP_LIMIT, &finite);

	if (ret == 0 && !finite)
		ret = limit_is_finite(directory, GROUP_MEMSW_LIMIT, &finite);
	if (ret < 0)
		return unknown(ret, refusal);
	if (finite)
		return ELIGIBLE_YES;
	(void)snprintf(refusal, TREE_REFUSAL_SIZE,
		       "has no memory limit: only a group with a limit can run out");
	return ELIGIBLE_LIMITLESS;
}

static enum eligible_answer knobs_ask(int directory, char *refusal)
{
	uint64_t hierarchical = 1;
	int ret = number_read(directory, KNOB_FILE_HIERARCHY, &hierarchical);

	/* Later kernels have no such file: every limit binds there. */
	if (ret < 0 && ret != -ENOENT)
		return unknown(ret, refusal);
	if (hierarchical)
		return limits_ask(directory, refusal);
	(void)snprintf(refusal, TREE_REFUSAL_SIZE,
		       KNOB_FILE_HIERARCHY " is 0: its limit does not bind its children");
	return ELIGIBLE_NO;
}

/* Only a look: the lock is let go with the descriptor, and taken for good when it is published. */
static enum eligible_answer lock_ask(int directory, char *refusal)
{
	if (flock(directory, LOCK_EX | LOCK_NB) == 0)
		return ELIGIBLE_YES;
	if (errno != EWOULDBLOCK)
		return unknown(-errno, refusal);
	(void)snprintf(refusal, TREE_REFUSAL_SIZE, ELIGIBLE_LOCKED);
	return ELIGIBLE_NO;
}

enum eligible_answer eligible_ask(const struct eligible_question *question, const struct node *node,
				  char ret_refusal[static TREE_REFUSAL_SIZE])
{
	enum eligible_answer answer;
	int directory;

	if (!node->parent) {
		(void)snprintf(ret_refusal, TREE_REFUSAL_SIZE,
			       "is the root, where the kernel's killer cannot be switched off");
		return ELIGIBLE_NO;
	}
	directory = tree_open(node, question->mount, O_RDONLY);
	if (directory < 0)
		return unknown(directory, ret_refusal);
	answer = knobs_ask(directory, ret_refusal);
	if (answer == ELIGIBLE_YES && !question->published)
		answer = lock_ask(directory, ret_refusal);
	io_close(&directory);
	return answer == ELIGIBLE_YES ? subtree_ask(question, node, ret_refusal) : answer;
}
