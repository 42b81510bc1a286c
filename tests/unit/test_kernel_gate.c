/*
 * The kernel gate on the kernel the tests run on: it lets a good one through, refuses when told to and
 * where there is nothing to arm, says why, and leaves no group behind. Needs root and cgroup v1 memory;
 * without them the tests of the probe are left out. Linked with supervisor/kernel_gate.c, gate_probe.c,
 * gate_group.c, layout.c, shared/knobs.c, base/io.c, base/text.c.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "supervisor/kernel_gate.h"
#include "supervisor/layout.h"
#include "unit/unit.h"

static char mount[PATH_MAX];

static int gates_left(void)
{
	DIR *folder = opendir(mount);
	struct dirent *item;
	int count = 0;

	ck_assert_ptr_nonnull(folder);
	while ((item = readdir(folder)))
		count += strncmp(item->d_name, "oomhandlerd-gate-", 17) == 0;
	closedir(folder);
	return count;
}

START_TEST(forced_failure_refuses_and_says_so)
{
	struct kernel_gate gate;

	ck_assert_int_eq(kernel_gate_check("/nonexistent", true, &gate), KERNEL_GATE_UNFIT);
	ck_assert_ptr_nonnull(strstr(gate.reason, "forced by --fail-kernel-gate"));
	ck_assert_ptr_nonnull(strstr(gate.reason, "3812c8c8f395"));
	ck_assert(!gate.symbol && !gate.probed);
}
END_TEST

START_TEST(no_hierarchy_is_refused)
{
	struct kernel_gate gate;

	ck_assert_int_eq(kernel_gate_check(NULL, false, &gate), KERNEL_GATE_UNFIT);
	ck_assert_ptr_nonnull(strstr(gate.reason, "no cgroup v1 memory hierarchy"));
}
END_TEST

START_TEST(folder_that_is_no_hierarchy_is_refused)
{
	char folder[] = "/tmp/unit-gate-XXXXXX";
	struct kernel_gate gate;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(kernel_gate_check(folder, false, &gate), KERNEL_GATE_UNFIT);
	ck_assert_str_ne(gate.reason, "");
	/* Nothing left inside, or this fails. */
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* A look that cannot be taken says nothing about the kernel: it must not end as "unsupported". */
START_TEST(failed_look_is_not_a_refusal)
{
	struct kernel_gate gate;

	ck_assert_int_eq(kernel_gate_check("/nonexistent", false, &gate), KERNEL_GATE_UNTESTED);
	ck_assert_ptr_nonnull(strstr(gate.reason, "mkdir /nonexistent/oomhandlerd-gate-"));
	ck_assert_ptr_nonnull(strstr(gate.reason, "No such file"));
	ck_assert_int_eq(kernel_gate_check("/proc", false, &gate), KERNEL_GATE_UNTESTED);
	ck_assert_ptr_nonnull(strstr(gate.reason, "mkdir /proc/oomhandlerd-gate-"));
	ck_assert(!gate.probed);
}
END_TEST

/* Runs the gate with @resource down at @limit, and with what there was again for the witness. */
static enum kernel_gate_verdict check_with(int resource, rlim_t limit, struct kernel_gate *gate)
{
	enum kernel_gate_verdict verdict;
	int before = gates_left();
	struct rlimit full, low;

	ck_assert_int_eq(getrlimit(resource, &full), 0);
	low = (struct rlimit){ .rlim_cur = limit, .rlim_max = full.rlim_max };
	ck_assert_int_eq(setrlimit(resource, &low), 0);
	verdict = kernel_gate_check(mount, false, gate);
	ck_assert_int_eq(setrlimit(resource, &full), 0);
	ck_assert_int_eq(gates_left(), before);
	return verdict;
}

START_TEST(want_of_descriptors_is_not_a_refusal)
{
	struct kernel_gate gate;

	ck_assert_msg(check_with(RLIMIT_NOFILE, 3 + (rlim_t)_i, &gate) != KERNEL_GATE_UNFIT, "%s",
		      gate.reason);
}
END_TEST

START_TEST(want_of_memory_is_not_a_refusal)
{
	struct kernel_gate gate;

	ck_assert_int_eq(check_with(RLIMIT_AS, 0, &gate), KERNEL_GATE_UNTESTED);
	ck_assert_str_ne(gate.reason, "");
}
END_TEST

START_TEST(this_kernel_passes)
{
	struct kernel_gate gate;
	int before = gates_left();

	ck_assert_msg(kernel_gate_check(mount, false, &gate) == KERNEL_GATE_FIT, "%s", gate.reason);
	ck_assert(gate.symbol && !gate.old_symbol && gate.probed);
	ck_assert_str_eq(gate.reason, "");
	ck_assert_int_eq(gates_left(), before);
	/* Both children are reaped. */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

/* A former probe was killed before it could clean up: its pid is nobody's now. */
START_TEST(leftover_of_a_dead_one_is_removed)
{
	char path[PATH_MAX + 64];
	struct kernel_gate gate;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	snprintf(path, sizeof(path), "%s/oomhandlerd-gate-%d", mount, (int)child);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(kernel_gate_check(mount, false, &gate), KERNEL_GATE_FIT);
	ck_assert_int_eq(rmdir(path), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("kernel_gate", &tests);

	tcase_add_test(tests, forced_failure_refuses_and_says_so);
	tcase_add_test(tests, no_hierarchy_is_refused);
	tcase_add_test(tests, failed_look_is_not_a_refusal);
	tcase_add_test(tests, folder_that_is_no_hierarchy_is_refused);
	if (geteuid() == 0 && layout_mount("memory", mount) == 0) {
		tcase_add_test(tests, this_kernel_passes);
		tcase_add_loop_test(tests, want_of_descriptors_is_not_a_refusal, 0, 10);
		tcase_add_test(tests, want_of_memory_is_not_a_refusal);
		tcase_add_test(tests, leftover_of_a_dead_one_is_removed);
	} else {
		printf("kernel_gate: not tried: needs root and cgroup v1 memory\n");
	}
	return unit_run(suite);
}
