/*
 * /proc/PID/status as captured on 6.18, 6.1 and in states that matter: whole texts give the sizes, texts
 * cut anywhere give an error or the same answer, and no name can pretend to be another line.
 * Linked with supervisor/proc_status.c, base/io.c and base/text.c.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "supervisor/proc_status.h"
#include "unit/unit.h"

#define HEAD(name, state, parent)                                                                  \
	"Name:\t" name "\nUmask:\t0022\nState:\t" state                                            \
	"\nTgid:\t6758\nNgid:\t0\nPid:\t6758\nPPid:\t" parent                                      \
	"\nTracerPid:\t0\nUid:\t1000\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t256\nGroups:\t \n"
#define NAMESPACES(pids) "NStgid:\t" pids "\nNSpid:\t" pids "\nNSpgid:\t6744\nNSsid:\t3606\n"
#define MEMORY                                                                                     \
	"VmPeak:\t    3060 kB\nVmSize:\t    3060 kB\nVmLck:\t       0 kB\nVmPin:\t       0 kB\n"   \
	"VmHWM:\t    1756 kB\nVmRSS:\t    1756 kB\nRssAnon:\t     112 kB\nRssFile:\t    1644 kB\n" \
	"RssShmem:\t       8 kB\nVmData:\t     360 kB\nVmStk:\t     132 kB\nVmExe:\t      20 kB\n" \
	"VmLib:\t    1528 kB\nVmPTE:\t      48 kB\nVmSwap:\t      16 kB\nHugetlbPages:\t       "   \
	"0 kB\nCoreDumping:\t0\nTHP_enabled:\t1\nuntag_mask:\t0xffffffffffffffff\n"
#define TAIL(threads, pending, shared)                                                             \
	"Threads:\t" threads "\nSigQ:\t1/96365\nSigPnd:\t" pending "\nShdPnd:\t" shared            \
	"\nSigBlk:\t0000000000000000\nSigIgn:\tffffffffffffffff\nSigCgt:\t0000000000000000\n"      \
	"NoNewPrivs:\t0\nSeccomp:\t0\nvoluntary_ctxt_switches:\t0\n"
#define NONE "0000000000000000"
#define PLAIN_6_18                                                                                 \
	HEAD("cat", "R (running)", "6744")                                                         \
	NAMESPACES("6758") "Kthread:\t0\n" MEMORY TAIL("1", NONE, NONE)
#define PLAIN_6_1 HEAD("cat", "D (disk sleep)", "1") NAMESPACES("6758") MEMORY TAIL("4", NONE, NONE)

static int parse(const char *text, struct proc_status *ret_status)
{
	return proc_status_parse(text, ret_status);
}

START_TEST(whole_text_gives_every_field)
{
	struct proc_status status;

	ck_assert_int_eq(parse(PLAIN_6_18, &status), 0);
	ck_assert_str_eq(status.comm, "cat");
	ck_assert_int_eq(status.state, 'R');
	ck_assert_uint_eq(status.parent_pid, 6744);
	ck_assert_uint_eq(status.uid, 1000);
	ck_assert_uint_eq(status.threads, 1);
	ck_assert(status.has_memory && !status.kernel_thread && !status.killed && !status.nested);
	ck_assert_uint_eq(status.vm_size, 3060 * 1024);
	ck_assert_uint_eq(status.anon, 112 * 1024);
	ck_assert_uint_eq(status.file, 1644 * 1024);
	ck_assert_uint_eq(status.shmem, 8 * 1024);
	ck_assert_uint_eq(status.swap, 16 * 1024);
	ck_assert_uint_eq(status.page_tables, 48 * 1024);
}
END_TEST

static const struct variant {
	const char *name, *text;
	bool memory, kernel_thread, killed, nested;
	char state;
} variants[] = {
	{ "before Kthread:", PLAIN_6_1, true, false, false, false, 'D' },
	{ "zombie", HEAD("zl", "Z (zombie)", "1") NAMESPACES("9") TAIL("1", NONE, NONE), false,
	  false, false, false, 'Z' },
	{ "kernel thread, told by the line",
	  HEAD("kthreadd", "S (sleeping)", "0")
		  NAMESPACES("2") "Kthread:\t1\n" TAIL("1", NONE, NONE),
	  false, true, false, false, 'S' },
	{ "kernel thread, told by its parent",
	  HEAD("kworker/0:1", "I (idle)", "2") NAMESPACES("17") TAIL("1", NONE, NONE), false, true,
	  false, false, 'I' },
	{ "killed as a process", PLAIN_6_18 "ShdPnd:\t0000000000000100\n", true, false, true, false,
	  'R' },
	{ "killed as a thread", PLAIN_6_18 "SigPnd:\t0000000000004300\n", true, false, true, false,
	  'R' },
	{ "other signals", PLAIN_6_18 "SigPnd:\tfffffffffffffeff\n", true, false, false, false,
	  'R' },
	{ "in a container",
	  HEAD("sh", "S (sleeping)", "44") NAMESPACES("6758\t1") MEMORY TAIL("1", NONE, NONE), true,
	  false, false, true, 'S' },
	{ "without pid namespaces", HEAD("sh", "S (sleeping)", "44") MEMORY TAIL("1", NONE, NONE),
	  true, false, false, false, 'S' },
};

START_TEST(states_are_told_apart)
{
	const struct variant *variant = &variants[_i];
	struct proc_status status;

	ck_assert_msg(parse(variant->text, &status) == 0, "%s", variant->name);
	ck_assert_msg(status.has_memory == variant->memory, "%s: memory", variant->name);
	ck_assert_msg(status.kernel_thread == variant->kernel_thread, "%s: thread", variant->name);
	ck_assert_msg(status.killed == variant->killed, "%s: killed", variant->name);
	ck_assert_msg(status.nested == variant->nested, "%s: nested", variant->name);
	ck_assert_msg(status.state == variant->state, "%s: state", variant->name);
}
END_TEST

/* A text that lost its end is refused, or says what the whole one says: never something else. */
START_TEST(cut_anywhere_gives_an_error_or_the_same)
{
	struct proc_status whole, status;
	char text[sizeof(PLAIN_6_18)];

	ck_assert_int_eq(parse(PLAIN_6_18, &whole), 0);
	for (size_t length = 0; length < sizeof(PLAIN_6_18); length++) {
		memcpy(text, PLAIN_6_18, length);
		text[length] = '\0';
		memset(&status, 0x5a, sizeof(status));
		if (parse(text, &status) == 0) {
			ck_assert_uint_eq(status.vm_size, whole.vm_size);
			ck_assert_uint_eq(status.anon, whole.anon);
			ck_assert_uint_eq(status.swap, whole.swap);
			ck_assert_uint_eq(status.uid, whole.uid);
			ck_assert_uint_eq(status.threads, whole.threads);
			ck_assert_str_eq(status.comm, whole.comm);
		} else {
			unit_assert_untouched(status, 0x5a);
		}
	}
}
END_TEST

static const struct name {
	const char *written, *raw;
} names[] = {
	{ "foo) Z ", "foo) Z " },
	{ "(sd-pam)", "(sd-pam)" },
	{ "", "" },
	{ "a\\nUid:\\n0", "a\nUid:\n0" },
	{ "\\nState:\tZ", "\nState:\tZ" },
	{ "back\\\\slash\\\\n", "back\\slash\\n" },
	{ "end\\", "end\\" },
	{ "\x1b[31mred\xff", "\x1b[31mred\xff" },
	{ "fifteen_letters", "fifteen_letters" },
	{ "kworker/u8:3-events_unbound", "kworker/u8:3-ev" },
	{ "Kthread:\t1", "Kthread:\t1" },
};

START_TEST(names_are_only_names)
{
	struct proc_status status;
	char text[4096];

	(void)snprintf(text, sizeof(text), "Name:\t%s\n%s", names[_i].written,
		       strchr(PLAIN_6_18, '\n') + 1);
	ck_assert_int_eq(parse(text, &status), 0);
	ck_assert_str_eq(status.comm, names[_i].raw);
	ck_assert_int_eq(status.state, 'R');
	ck_assert_uint_eq(status.uid, 1000);
	ck_assert(!status.kernel_thread);
}
END_TEST

static const char *const broken[] = {
	"",
	"\n\n\n",
	"Name:\tx\n",
	PLAIN_6_18 "Uid:\t-1\n",
	PLAIN_6_18 "Uid:\t4294967296\n",
	PLAIN_6_18 "RssAnon:\t 18446744073709551615 kB\n",
	PLAIN_6_18 "RssAnon:\t 12 MB\n",
	PLAIN_6_18 "VmSize:\t 12\n",
	PLAIN_6_18 "SigPnd:\t00\n",
	PLAIN_6_18 "PPid:\tx\n",
};

START_TEST(nonsense_is_refused)
{
	struct proc_status status;

	ck_assert_int_eq(parse(broken[_i], &status), -EBADMSG);
}
END_TEST

START_TEST(our_own_is_readable)
{
	struct proc_status status;

	ck_assert_int_eq(proc_status_read((uint32_t)getpid(), &status), 0);
	ck_assert_uint_eq(status.parent_pid, (uint32_t)getppid());
	ck_assert_uint_eq(status.uid, getuid());
	ck_assert(status.has_memory && !status.killed);
	ck_assert_uint_gt(status.anon + status.file, 0);
}
END_TEST

START_TEST(dead_child_has_no_memory_then_no_file)
{
	struct proc_status status;
	siginfo_t info;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(proc_status_read((uint32_t)child, &status), 0);
	ck_assert_int_eq(status.state, 'Z');
	ck_assert(!status.has_memory);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_lt(proc_status_read((uint32_t)child, &status), 0);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("proc_status", &tests);

	tcase_add_test(tests, whole_text_gives_every_field);
	tcase_add_loop_test(tests, states_are_told_apart, 0, UNIT_COUNT(variants));
	tcase_add_test(tests, cut_anywhere_gives_an_error_or_the_same);
	tcase_add_loop_test(tests, names_are_only_names, 0, UNIT_COUNT(names));
	tcase_add_loop_test(tests, nonsense_is_refused, 0, UNIT_COUNT(broken));
	tcase_add_test(tests, our_own_is_readable);
	tcase_add_test(tests, dead_child_has_no_memory_then_no_file);
	return unit_run(suite);
}
