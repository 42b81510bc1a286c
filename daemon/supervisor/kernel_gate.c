/*
 * See kernel_gate.h. Cheap looks first; the probe, which makes a group and lets a child run into its
 * limit, only when nothing speaks against it.
 */
#include "supervisor/kernel_gate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "shared/knobs.h"
#include "supervisor/gate_probe.h"

/* pidfd_open(2) is of 5.3; 5.4 is the oldest kernel anything here was measured on. */
#define KERNEL_MAJOR 5
#define KERNEL_MINOR 4

__attribute__((format(printf, 2, 0))) static void reason_set(struct kernel_gate *gate,
							     const char *format, va_list arguments)
{
	/* Cut at the end at worst: every text that goes in here is shorter. */
	(void)vsnprintf(gate->reason, sizeof(gate->reason), format, arguments);
}

__attribute__((format(printf, 2, 3))) static enum kernel_gate_verdict
unfit(struct kernel_gate *gate, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	reason_set(gate, format, arguments);
	va_end(arguments);
	return KERNEL_GATE_UNFIT;
}

__attribute__((format(printf, 2, 3))) static enum kernel_gate_verdict
untested(struct kernel_gate *gate, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	reason_set(gate, format, arguments);
	va_end(arguments);
	return KERNEL_GATE_UNTESTED;
}

static enum kernel_gate_verdict check_version(struct kernel_gate *gate)
{
	struct utsname name;
	unsigned int major = 0, minor = 0;

	if (uname(&name) < 0)
		return untested(gate, "uname: %s", strerror(errno));
	(void)snprintf(gate->release, sizeof(gate->release), "%s", name.release);
	if (sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return untested(gate, "kernel release '%s' is no version number", name.release);
	if (major < KERNEL_MAJOR || (major == KERNEL_MAJOR && minor < KERNEL_MINOR))
		return unfit(gate, "kernel %s is older than %d.%d", name.release, KERNEL_MAJOR,
			     KERNEL_MINOR);
	return KERNEL_GATE_FIT;
}

/* The names are there even where the addresses are hidden (kptr_restrict). */
static enum kernel_gate_verdict check_symbols(struct kernel_gate *gate)
{
	char line[512], name[256];
	FILE *symbols = fopen("/proc/kallsyms", "re");

	if (!symbols)
		return untested(gate,
				"cannot look for commit " KERNEL_GATE_COMMIT ": /proc/kallsyms: %s",
				strerror(errno));
	while (fgets(line, sizeof(line), symbols)) {
		if (sscanf(line, "%*s %*s %255s", name) != 1)
			continue;
		if (strcmp(name, "mem_cgroup_oom_synchronize") == 0)
			gate->symbol = true;
		else if (strcmp(name, "mem_cgroup_handle_oom") == 0)
			gate->old_symbol = true;
	}
	(void)fclose(symbols); /* read only: nothing can be lost */
	if (gate->old_symbol)
		return unfit(gate,
			     "kernel %s has mem_cgroup_handle_oom in /proc/kallsyms, which "
			     "commit " KERNEL_GATE_COMMIT
			     " removed: its tasks sleep with locks held",
			     gate->release);
	if (!gate->symbol)
		return unfit(gate,
			     "kernel %s has no mem_cgroup_oom_synchronize in /proc/kallsyms, which "
			     "commit " KERNEL_GATE_COMMIT " brought",
			     gate->release);
	return KERNEL_GATE_FIT;
}

/* Up to 5.10 a parent's limit could be one that does not bind its children; later kernels lost the file. */
static enum kernel_gate_verdict check_hierarchy(const char *memory_mount, struct kernel_gate *gate)
{
	char path[PATH_MAX], text[16];
	int fd, ret;

	(void)snprintf(path, sizeof(path), "%s/" KNOB_FILE_HIERARCHY, memory_mount);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return KERNEL_GATE_FIT;
	if (fd < 0)
		return untested(gate, "%.300s: %s", path, strerror(errno));
	ret = io_read_at_start(fd, text, sizeof(text));
	io_close(&fd);
	if (ret < 0)
		return untested(gate, "%.300s: %s", path, strerror(-ret));
	if (text[0] != '1')
		return unfit(gate, "%.300s is 0: limits of parents do not bind their children here",
			     path);
	return KERNEL_GATE_FIT;
}

static enum kernel_gate_verdict check_behaviour(const char *memory_mount, struct kernel_gate *gate)
{
	char seen[256];
	struct nsec start = clock_now();

	switch (gate_probe_run(memory_mount, seen, sizeof(seen))) {
	case 0:
		break;
	case -ENOTSUP:
		return unfit(gate,
			     "kernel %s does not behave like one with commit " KERNEL_GATE_COMMIT
			     ": %s",
			     gate->release, seen);
	default:
		return untested(gate, "%s", seen);
	}
	gate->probed = true;
	gate->took = nsec_between(start, clock_now());
	return KERNEL_GATE_FIT;
}

enum kernel_gate_verdict kernel_gate_check(const char *memory_mount, bool forced_failure,
					   struct kernel_gate *ret_gate)
{
	enum kernel_gate_verdict verdict;

	*ret_gate = (struct kernel_gate){ 0 };
	if (forced_failure)
		return unfit(
			ret_gate,
			"forced by --fail-kernel-gate: this kernel was not looked at, so it may "
			"well have commit " KERNEL_GATE_COMMIT);
	if (!memory_mount)
		return unfit(ret_gate, "no cgroup v1 memory hierarchy is mounted");
	verdict = check_version(ret_gate);
	if (verdict == KERNEL_GATE_FIT)
		verdict = check_symbols(ret_gate);
	if (verdict == KERNEL_GATE_FIT)
		verdict = check_hierarchy(memory_mount, ret_gate);
	if (verdict == KERNEL_GATE_FIT)
		verdict = check_behaviour(memory_mount, ret_gate);
	return verdict;
}
