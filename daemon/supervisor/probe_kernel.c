/* What the doctor asks of the kernel: the gate, the hierarchies, swap accounting. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "shared/knobs.h"
#include "supervisor/kernel_gate.h"
#include "supervisor/layout.h"
#include "supervisor/probe.h"

#define ESCAPED_SIZE 512

static enum kernel_gate_verdict look_at_gate(struct probe *probe, const char *mount)
{
	struct kernel_gate gate;
	enum kernel_gate_verdict verdict =
		kernel_gate_check(mount, probe->line->fail_kernel_gate, &gate);

	switch (verdict) {
	case KERNEL_GATE_FIT:
		probe_note(
			probe, "kernel-gate", PROBE_OK, NULL,
			"kernel %s: mem_cgroup_oom_synchronize is there, a task at its limit slept "
			"without locks, was announced, woken and killed (%llu ms)",
			gate.release, (unsigned long long)(gate.took.count / NSEC_PER_MSEC));
		break;
	case KERNEL_GATE_UNFIT:
		probe_note(probe, "kernel-gate", PROBE_FAILED,
			   "use a kernel from 5.4 on with that commit, cgroup v1 memory control "
			   "and no PREEMPT_RT; without it no group is ever armed",
			   "%s", gate.reason);
		break;
	case KERNEL_GATE_UNTESTED:
		probe_note(probe, "kernel-gate", PROBE_FAILED,
			   "remove what stood in the way and look again: the daemon does not start "
			   "untested",
			   "could not be tested: %s", gate.reason);
		break;
	}
	return verdict;
}

static void look_at_layout(struct probe *probe, const char *mount)
{
	static const char *const controllers[] = { "cpu", "freezer" };
	char path[PATH_MAX], text[ESCAPED_SIZE];

	if (mount)
		probe_note(probe, "layout-memory", PROBE_OK, NULL, "mounted at %s",
			   text_escape(mount, text, sizeof(text)));
	else
		probe_note(probe, "layout-memory", PROBE_FAILED,
			   "mount it (mount -t cgroup -o memory), or boot with "
			   "systemd.unified_cgroup_hierarchy=0",
			   "no cgroup v1 memory hierarchy is mounted");
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		char name[32];
		int ret = layout_mount(controllers[i], path);

		(void)snprintf(name, sizeof(name), "layout-%s", controllers[i]);
		probe_note(probe, name, PROBE_OK, NULL, "%s",
			   ret < 0 ? "not mounted as cgroup v1; not needed"
				   : text_escape(path, text, sizeof(text)));
	}
}

static void look_at_swap_accounting(struct probe *probe, const char *mount)
{
	char path[PATH_MAX + 64];

	(void)snprintf(path, sizeof(path), "%s/" KNOB_FILE_MEMSW_LIMIT, mount);
	if (access(path, F_OK) == 0)
		probe_note(probe, "swap-accounting", PROBE_OK, NULL,
			   "limits of memory and swap together are there");
	else
		probe_note(probe, "swap-accounting", PROBE_WARNING,
			   "boot with swapaccount=1 if containers limit their swap",
			   "no " KNOB_FILE_MEMSW_LIMIT
			   " (%s): a limit raised by a step also frees swap",
			   strerror(errno));
}

enum kernel_gate_verdict probe_kernel(struct probe *probe)
{
	char mount[PATH_MAX];
	bool mounted = layout_mount("memory", mount) == 0;
	enum kernel_gate_verdict gate;

	look_at_layout(probe, mounted ? mount : NULL);
	gate = look_at_gate(probe, mounted ? mount : NULL);
	if (mounted)
		look_at_swap_accounting(probe, mount);
	return gate;
}
