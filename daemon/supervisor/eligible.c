/* See eligible.h. Reads of /proc only what no lock can hold up: comm and status (kernel-facts §4.1). */
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
	return ret;
}

static int number_read(int directory, const char *name, uint64_t *ret_value)
{
	char text[TEXT_U64_SIZE + 1];
	int ret = file_read(directory, name, text, sizeof(text));

	return ret < 0 ? ret : text_to_u64(text, NULL, ret_value);
}

/* A process of the daemon's own pid namespace has one pid; one in a container has one more per level. */
static bool process_is_hosts(pid_t pid)
{
	char path[64], text[STATUS_SIZE];
	const char *at;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (file_read(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	at = strstr(text, "\nNSpid:\t");
	if (!at)
		return true; /* a kernel without pid namespaces */
	at += strlen("\nNSpid:\t");
	return at[strspn(at, "0123456789")] == '\n';
}

static const char *process_service(pid_t pid)
{
	char path[64], comm[COMM_SIZE + 1];

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	if (file_read(AT_FDCWD, path, comm, sizeof(comm)) < 0)
		return NULL;
	comm[strcspn(comm, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(needed_services) / sizeof(needed_services[0]); i++)
		if (strcmp(comm, needed_services[i]) == 0 && process_is_hosts(pid))
			return needed_services[i];
	return NULL;
}

static bool process_refuses(const struct eligible_question *question, pid_t pid, char *refusal)
{
	const char *service;

	if (pid == 1) {
		(void)snprintf(refusal, TREE_REFUSAL_SIZE, "holds pid 1");
		return true;
	}
	for (int i = 0; i < ELIGIBLE_OURS; i++) {
		if (!question->ours[i] || question->ours[i] != pid)
			continue;
		(void)snprintf(refusal, TREE_REFUSAL_SIZE, "holds this daemon itself (pid %d)",
			       (int)pid);
		return true;
	}
	service = question->force ? NULL : process_service(pid);
	if (!service)
		return false;
	(void)snprintf(refusal, TREE_REFUSAL_SIZE,
		       "holds %s (pid %d), which the host needs; Force=yes overrides", service,
		       (int)pid);
	return true;
}

static enum eligible_answer members_ask(const struct eligible_question *question,
					const struct node *node, char *refusal)
{
	int directory = tree_open(node, question->mount, O_RDONLY);
	int fd = directory < 0 ? -1
			       : openat(directory, group_files[GROUP_MEMBERS_FIRST].name,
					O_RDONLY | O_CLOEXEC);
	FILE *members = fd < 0 ? NULL : fdopen(fd, "re");
	bool refused = false;
	int pid;

	io_close(&directory);
	if (!members) {
		io_close(&fd);
		return ELIGIBLE_GONE;
	}
	while (!refused && fscanf(members, "%d", &pid) == 1)
		refused = process_refuses(question, pid, refusal);
	(void)fclose(members); /* only read from */
	return refused ? ELIGIBLE_NO : ELIGIBLE_YES;
}

static enum eligible_answer subtree_ask(const struct eligible_question *question,
					const struct node *top, char *refusal)
{
	/* The walk does not change the nodes; tree_next() is shared with those who do. */
	for (struct node *node = (struct node *)top; node; node = tree_next(top, node)) {
		enum eligible_answer answer = members_ask(question, node, refusal);

		/* A child that vanished holds nobody. */
		if (answer == ELIGIBLE_NO || (answer == ELIGIBLE_GONE && node == top))
			return answer;
	}
	return ELIGIBLE_YES;
}

static bool limit_is_finite(int directory, enum group_file file)
{
	uint64_t limit;

	return number_read(directory, group_files[file].name, &limit) == 0 &&
	       !limit_is_unlimited(limit);
}

static enum eligible_answer knobs_ask(int directory, char *refusal)
{
	uint64_t hierarchical;

	if (number_read(directory, KNOB_FILE_HIERARCHY, &hierarchical) == 0 && !hierarchical) {
		(void)snprintf(refusal, TREE_REFUSAL_SIZE,
			       KNOB_FILE_HIERARCHY " is 0: its limit does not bind its children");
		return ELIGIBLE_NO;
	}
	if (limit_is_finite(directory, GROUP_LIMIT) ||
	    limit_is_finite(directory, GROUP_MEMSW_LIMIT))
		return ELIGIBLE_YES;
	(void)snprintf(refusal, TREE_REFUSAL_SIZE,
		       "has no memory limit: only a group with a limit can run out");
	return ELIGIBLE_LIMITLESS;
}

/* Only a look: the lock is let go with the descriptor, and taken for good when it is published. */
static enum eligible_answer lock_ask(int directory, char *refusal)
{
	if (flock(directory, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return ELIGIBLE_YES;
	(void)snprintf(refusal, TREE_REFUSAL_SIZE, ELIGIBLE_LOCKED);
	return ELIGIBLE_NO;
}

static void open_refuse(int error, char *refusal)
{
	struct rlimit limit = { 0 };

	if (error != -EMFILE) {
		(void)snprintf(refusal, TREE_REFUSAL_SIZE, "cannot be opened: %s",
			       strerror(-error));
		return;
	}
	(void)getrlimit(RLIMIT_NOFILE, &limit); /* zero in the text is the worst that can come */
	(void)snprintf(refusal, TREE_REFUSAL_SIZE,
		       "no file descriptors left: RLIMIT_NOFILE is %llu",
		       (unsigned long long)limit.rlim_cur);
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
	if (directory == -ENOENT || directory == -ENODEV)
		return ELIGIBLE_GONE;
	if (directory < 0) {
		open_refuse(directory, ret_refusal);
		return ELIGIBLE_NO;
	}
	answer = knobs_ask(directory, ret_refusal);
	if (answer == ELIGIBLE_YES && !question->published)
		answer = lock_ask(directory, ret_refusal);
	io_close(&directory);
	return answer == ELIGIBLE_YES ? subtree_ask(question, node, ret_refusal) : answer;
}
