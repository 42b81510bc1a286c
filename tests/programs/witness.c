/* See witness.h. */
#include "programs/witness.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/test.h"

#define TICK_NSEC (NSEC_PER_SEC / 100) /* USER_HZ (proc(5)) */

/* As text, its length as return value; empty for what is not there. */
static size_t file_read(const char *path, char text[static 4096])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, 4095);

	if (fd >= 0)
		(void)close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length > 0 ? (size_t)length : 0;
}

/* @name: of a file of the process, or "task/N/..." of a thread. */
static size_t proc_read(uint32_t pid, const char *name, char text[static 4096])
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu32 "/%s", pid, name);
	return file_read(path, text);
}

/* A number behind @key and a colon; the file is one line per key. */
static uint64_t number_of(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (; text && *text; text = strchr(text, '\n'), text += text != NULL)
		if (strncmp(text, key, length) == 0 && text[length] == ':')
			return strtoull(text + length + 1, NULL, 10);
	return 0;
}

uint64_t witness_status(uint32_t pid, const char *key)
{
	char text[4096];

	(void)proc_read(pid, "status", text);
	return number_of(text, key);
}

uint64_t witness_resident(uint32_t pid)
{
	unsigned long long size, resident = 0;
	char text[4096];

	(void)proc_read(pid, "statm", text);
	return sscanf(text, "%llu %llu", &size, &resident) == 2 ? resident : 0;
}

#define EXPECT_SAME(what, said, wanted)                                                            \
	do {                                                                                       \
		uint64_t said_ = (uint64_t)(said), wanted_ = (uint64_t)(wanted);                   \
		if (said_ != wanted_)                                                              \
			test_fail(TEST_HERE,                                                       \
				  "%" PRIu32 " (%.16s): %s is %" PRIu64 ", not %" PRIu64,          \
				  task->pid, task->comm, what, said_, wanted_);                    \
	} while (0)

/* Sizes are those of a thread that has the memory: behind a zombie leader the process's files say 0. */
static void expect_sizes(const struct roll_task *task)
{
	unsigned long long size, resident, shared;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	char text[4096], name[64];

	(void)snprintf(name, sizeof(name), "task/%" PRIu32 "/statm", task->live);
	(void)proc_read(task->pid, name, text);
	expect(sscanf(text, "%llu %llu %llu", &size, &resident, &shared) == 3);
	EXPECT_SAME("size", task->vm_size, size * page);
	EXPECT_SAME("resident", task->anon + task->file + task->shmem, resident * page);
	EXPECT_SAME("shared", task->file + task->shmem, shared * page);
	(void)snprintf(name, sizeof(name), "task/%" PRIu32 "/status", task->live);
	(void)proc_read(task->pid, name, text);
	EXPECT_SAME("RssAnon", task->anon, number_of(text, "RssAnon") * BYTES_PER_KIB);
	EXPECT_SAME("RssFile", task->file, number_of(text, "RssFile") * BYTES_PER_KIB);
	EXPECT_SAME("RssShmem", task->shmem, number_of(text, "RssShmem") * BYTES_PER_KIB);
	EXPECT_SAME("VmSize", task->vm_size, number_of(text, "VmSize") * BYTES_PER_KIB);
	EXPECT_SAME("VmPTE", task->page_tables, number_of(text, "VmPTE") * BYTES_PER_KIB);
	EXPECT_SAME("VmSwap", task->swap, number_of(text, "VmSwap") * BYTES_PER_KIB);
}

/* Field 22, counted behind the name, which may hold anything. */
static uint64_t start_ticks(uint32_t pid)
{
	char text[4096], *at;

	(void)proc_read(pid, "stat", text);
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	expect(at);
	return strtoull(at, NULL, 10);
}

static void expect_identity(const struct roll_task *task)
{
	char text[4096];

	(void)proc_read(task->pid, "oom_score_adj", text);
	EXPECT_SAME("oom_score_adj", (int64_t)task->oom_score_adj, strtoll(text, NULL, 10));
	EXPECT_SAME("start", task->start_nsec / TICK_NSEC, start_ticks(task->pid));
	EXPECT_SAME("uid", task->uid, witness_status(task->pid, "Uid"));
	EXPECT_SAME("parent", task->parent_pid, witness_status(task->pid, "PPid"));
	EXPECT_SAME("pid", task->pid, witness_status(task->pid, "Tgid"));
}

/* Raw, whatever is in it: the file adds nothing but a newline. */
static void expect_comm(const struct roll_task *task)
{
	char text[4096];
	size_t length = proc_read(task->pid, "comm", text);

	expect(length > 0 && text[length - 1] == '\n');
	text[length - 1] = '\0';
	if (strncmp(task->comm, text, sizeof(task->comm)) != 0)
		test_fail(TEST_HERE, "%" PRIu32 ": comm '%.16s', not '%s'", task->pid, task->comm,
			  text);
}

/* Of one that was removed the link says " (deleted)"; the program's name is still the same. */
static void expect_exe(const struct roll_task *task)
{
	char path[64], target[PATH_MAX], *name, *deleted;
	ssize_t length;

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task/%" PRIu32 "/exe", task->pid,
		       task->live);
	length = readlink(path, target, sizeof(target) - 1);
	expect(length > 0);
	target[length] = '\0';
	deleted = strstr(target, " (deleted)");
	if (deleted)
		*deleted = '\0';
	name = strrchr(target, '/') + 1;
	if (strlen(name) >= FACTS_EXE_SIZE)
		name[FACTS_EXE_SIZE - 1] = '\0';
	if (strncmp(task->exe, name, sizeof(task->exe)) != 0)
		test_fail(TEST_HERE, "%" PRIu32 ": exe '%.32s', not '%s'", task->pid, task->exe,
			  name);
}

void witness_expect(const struct roll_task *task)
{
	expect_sizes(task);
	expect_identity(task);
	expect_comm(task);
	expect_exe(task);
}
