/*
 * See proc_status.h. A row per line that is of interest, so that what is required and what is optional
 * can be seen at a glance.
 */
#include "supervisor/proc_status.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"

/* The file has 1.5 KiB on a kernel with two processors; Mems_allowed is as long as its nodes are many. */
#define STATUS_TEXT_SIZE 16384
#define ZOMBIE_THREADS 256 /* looked at for one that still has memory */
#define KTHREADD_PID 2 /* the parent of every kernel thread */

typedef int (*line_parser)(const char *value, struct proc_status *status);

static char unescaped(const char **at)
{
	char byte = *(*at)++;

	if (byte != '\\')
		return byte;
	if (**at == 'n') {
		(*at)++;
		return '\n';
	}
	if (**at == '\\')
		(*at)++;
	return '\\';
}

static int parse_name(const char *value, struct proc_status *status)
{
	size_t used = 0;

	/* Kernel threads have longer names than a process can have: cut. */
	while (*value && *value != '\n' && used < sizeof(status->comm) - 1)
		status->comm[used++] = unescaped(&value);
	status->comm[used] = '\0';
	return 0;
}

static int parse_state(const char *value, struct proc_status *status)
{
	if (*value < 'A' || *value > 'z')
		return -EBADMSG;
	status->state = *value;
	return 0;
}

static int parse_u32(const char *value, uint32_t *ret_value)
{
	uint64_t wide;
	const char *rest;

	/* Without what follows it a number may have been cut in the middle. */
	if (text_to_u64(value, &rest, &wide) < 0 || wide > UINT32_MAX || *rest == '\0')
		return -EBADMSG;
	*ret_value = (uint32_t)wide;
	return 0;
}

static int parse_parent(const char *value, struct proc_status *status)
{
	return parse_u32(value, &status->parent_pid);
}

static int parse_uid(const char *value, struct proc_status *status)
{
	return parse_u32(value, &status->uid);
}

static int parse_threads(const char *value, struct proc_status *status)
{
	return parse_u32(value, &status->threads);
}

static int parse_kernel_thread(const char *value, struct proc_status *status)
{
	status->kernel_thread = *value == '1';
	return *value == '\0' ? -EBADMSG : 0;
}

static int parse_namespaces(const char *value, struct proc_status *status)
{
	size_t line = strcspn(value, "\n");

	if (value[line] == '\0')
		return -EBADMSG;
	status->nested = memchr(value, '\t', line) != NULL;
	return 0;
}

/* Sixteen hexadecimal digits, signal 1 in the lowest bit: SIGKILL is in the third digit from the end. */
static int parse_pending(const char *value, struct proc_status *status)
{
	size_t digits = strspn(value, "0123456789abcdef");
	char digit;

	if (digits < 3 || value[digits] != '\n')
		return -EBADMSG;
	static_assert(SIGKILL == 9, "bit 8 is the lowest bit of the third digit");
	digit = value[digits - 3];
	if ((digit >= 'a' ? digit - 'a' + 10 : digit - '0') & 1)
		status->killed = true;
	return 0;
}

static int parse_size(const char *value, uint64_t *ret_size)
{
	const char *rest;
	uint64_t kib;

	value += strspn(value, " ");
	if (text_to_u64(value, &rest, &kib) < 0 || strncmp(rest, " kB", 3) != 0)
		return -EBADMSG;
	if (__builtin_mul_overflow(kib, BYTES_PER_KIB, ret_size))
		return -EBADMSG;
	return 0;
}

static int parse_vm_size(const char *value, struct proc_status *status)
{
	status->has_memory = true;
	return parse_size(value, &status->vm_size);
}

static int parse_anon(const char *value, struct proc_status *status)
{
	return parse_size(value, &status->anon);
}

static int parse_file(const char *value, struct proc_status *status)
{
	return parse_size(value, &status->file);
}

static int parse_shmem(const char *value, struct proc_status *status)
{
	return parse_size(value, &status->shmem);
}

static int parse_swap(const char *value, struct proc_status *status)
{
	return parse_size(value, &status->swap);
}

static int parse_page_tables(const char *value, struct proc_status *status)
{
	return parse_size(value, &status->page_tables);
}

enum presence {
	ALWAYS,
	WITH_MEMORY, /* present as a block, or not at all */
	SOMETIMES, /* depends on the version or the configuration of the kernel */
};

static const struct status_line {
	const char *key;
	line_parser parse;
	enum presence presence;
} status_lines[] = {
	{ "Name:\t", parse_name, ALWAYS },
	{ "State:\t", parse_state, ALWAYS },
	{ "PPid:\t", parse_parent, ALWAYS },
	{ "Uid:\t", parse_uid, ALWAYS },
	{ "NSpid:\t", parse_namespaces, SOMETIMES }, /* CONFIG_PID_NS */
	{ "Kthread:\t", parse_kernel_thread, SOMETIMES }, /* since 6.8 */
	{ "VmSize:\t", parse_vm_size, WITH_MEMORY },
	{ "RssAnon:\t", parse_anon, WITH_MEMORY },
	{ "RssFile:\t", parse_file, WITH_MEMORY },
	{ "RssShmem:\t", parse_shmem, WITH_MEMORY },
	{ "VmPTE:\t", parse_page_tables, WITH_MEMORY },
	{ "VmSwap:\t", parse_swap, WITH_MEMORY },
	{ "Threads:\t", parse_threads, ALWAYS },
	{ "SigPnd:\t", parse_pending, ALWAYS },
	{ "ShdPnd:\t", parse_pending, ALWAYS },
};
#define STATUS_LINES (sizeof(status_lines) / sizeof(status_lines[0]))

static int parse_line(const char *line, struct proc_status *status, uint32_t *seen)
{
	for (size_t i = 0; i < STATUS_LINES; i++) {
		size_t length = strlen(status_lines[i].key);

		if (strncmp(line, status_lines[i].key, length) != 0)
			continue;
		*seen |= 1U << i;
		return status_lines[i].parse(line + length, status);
	}
	return 0;
}

static bool all_seen(uint32_t seen, bool has_memory)
{
	for (size_t i = 0; i < STATUS_LINES; i++) {
		enum presence presence = status_lines[i].presence;
		bool required = presence == ALWAYS || (presence == WITH_MEMORY && has_memory);

		if (required && !(seen & (1U << i)))
			return false;
	}
	return true;
}

int proc_status_parse(const char *text, struct proc_status *ret_status)
{
	struct proc_status status = { 0 };
	uint32_t seen = 0;

	for (const char *line = text; line && *line;) {
		int ret = parse_line(line, &status, &seen);

		if (ret < 0)
			return ret;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	if (!all_seen(seen, status.has_memory))
		return -EBADMSG;
	if (!status.has_memory && status.parent_pid == KTHREADD_PID && !status.nested)
		status.kernel_thread = true;
	*ret_status = status;
	return 0;
}

static int status_load(const char *path, struct proc_status *ret_status)
{
	char text[STATUS_TEXT_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = io_read_at_start(fd, text, sizeof(text));
	io_close(&fd);
	return ret < 0 ? ret : proc_status_parse(text, ret_status);
}

/* Sizes of the first thread that still has an address space; the rest stays the leader's. */
static void take_sizes_of_thread(uint32_t pid, struct proc_status *status)
{
	char path[64];
	struct dirent *entry;
	int looked_at = 0;
	DIR *threads;

	(void)snprintf(path, sizeof(path), "/proc/%u/task", pid);
	threads = opendir(path);
	if (!threads)
		return;
	while ((entry = readdir(threads)) && looked_at++ < ZOMBIE_THREADS) {
		struct proc_status thread;
		uint64_t tid;

		if (text_to_u64(entry->d_name, NULL, &tid) < 0 || tid == pid)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%u/task/%llu/status", pid,
			       (unsigned long long)tid);
		if (status_load(path, &thread) < 0 || !thread.has_memory)
			continue;
		status->has_memory = true;
		status->vm_size = thread.vm_size;
		status->anon = thread.anon;
		status->file = thread.file;
		status->shmem = thread.shmem;
		status->swap = thread.swap;
		status->page_tables = thread.page_tables;
		break;
	}
	(void)closedir(threads);
}

int proc_status_read(uint32_t pid, struct proc_status *ret_status)
{
	struct proc_status status;
	char path[64];
	int ret;

	(void)snprintf(path, sizeof(path), "/proc/%u/status", pid);
	ret = status_load(path, &status);
	if (ret < 0)
		return ret;
	if (status.state == 'Z' && status.threads > 1)
		take_sizes_of_thread(pid, &status);
	*ret_status = status;
	return 0;
}
