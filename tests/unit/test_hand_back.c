/*
 * `oomhandlerd --hand-back` on real control groups, in a subtree of its own:
 *
 *   MEMORY/hand_back-PID/         the tree that is repaired
 *       ├── a  b  ...             what each test makes
 *   FREEZER/hand_back-PID         where some of it is frozen
 *
 * Needs root and a v1 memory hierarchy; without them it says so and is skipped. Without a freezer's only
 * the tests that freeze are left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "guardian/hand_back.h"
#include "guardian/mounts.h"
#include "shared/saved.h"
#include "unit/unit.h"

#define PROCS "cgroup.procs"
#define WAIT_MSEC 5000
#define LIMIT (8ULL * BYTES_PER_MIB)

static char base[PATH_MAX];
static char freezer[PATH_MAX]; /* "": that hierarchy is not mounted */
static char report_text[16384];
static struct hand_back_report report;

static const char *path_of(const char *group)
{
	static char path[2 * PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", base, group);
	return path;
}

static void sleep_msec(long msec)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = msec * (long)NSEC_PER_MSEC }, NULL);
}

static void group_make(const char *group)
{
	ck_assert_msg(mkdir(path_of(group), 0755) == 0, "mkdir %s: %s", path_of(group),
		      strerror(errno));
}

static int group_open(const char *group)
{
	int fd = open(path_of(group), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static int knob_open(const char *group, enum knob knob)
{
	int directory = group_open(group);
	int fd = openat(directory, group_files[knob_file(knob)].name, O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	close(directory);
	return fd;
}

static void value_set(const char *group, enum knob knob, uint64_t value)
{
	int fd = knob_open(group, knob);

	ck_assert_int_eq(knob_set(knob, fd, value), 0);
	close(fd);
}

static uint64_t value_of(const char *group, enum knob knob)
{
	int fd = knob_open(group, knob);
	uint64_t value = 0;

	ck_assert_int_eq(knob_get(knob, fd, &value), 0);
	close(fd);
	return value;
}

static void attribute_set(const char *group, uint64_t found_limit, uint64_t lent_limit)
{
	const struct saved saved = {
		.found.value = { 0, found_limit, KNOB_ABSENT, KNOB_ABSENT },
		.lent.value = { KNOB_ABSENT, lent_limit, KNOB_ABSENT, KNOB_ABSENT },
	};
	int fd = group_open(group);

	ck_assert_int_eq(saved_store(fd, &saved), 0);
	close(fd);
}

static bool attribute_there(const char *group)
{
	struct saved saved;
	int fd = group_open(group);
	int ret = saved_load(fd, &saved);

	close(fd);
	return ret != -ENODATA;
}

/* As a killed instance leaves it: attribute, switch at 1, no lock. */
static void orphan_make(const char *group)
{
	group_make(group);
	attribute_set(group, KNOB_ABSENT, KNOB_ABSENT);
	value_set(group, KNOB_OOM_CONTROL, 1);
}

static int freezer_mount(void)
{
	char path[PATH_MAX];

	if (!freezer[0])
		return -1;
	(void)snprintf(path, sizeof(path), "%.*s", (int)(strrchr(freezer, '/') - freezer), freezer);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void hand_back(bool dry_run)
{
	FILE *out = fmemopen(report_text, sizeof(report_text), "w");
	struct hand_back_order order = {
		.root = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.label = "",
		.freezer = freezer_mount(),
		.dry_run = dry_run,
		.patience = nsec_from_msec(200),
		.out = out,
	};

	ck_assert_ptr_nonnull(out);
	report = (struct hand_back_report){ 0 };
	ck_assert_int_eq(hand_back_tree(&order, &report), 0);
	close(order.root);
	close(order.freezer);
	fclose(out);
}

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)ftw;
	if (type == FTW_DP)
		(void)rmdir(path); /* what stays is seen when the base cannot be removed */
	return 0;
}

static void freezer_remove(void)
{
	char path[PATH_MAX + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", freezer, group_files[GROUP_FREEZER].name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)knob_set(KNOB_FREEZER, fd, 0);
	close(fd);
	for (int msec = 0; msec < WAIT_MSEC && rmdir(freezer) < 0; msec += 10)
		sleep_msec(10);
}

static void tree_remove(void)
{
	freezer_remove();
	for (int msec = 0; msec < WAIT_MSEC; msec += 10) {
		(void)nftw(base, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
		if (access(base, F_OK) < 0)
			return;
		sleep_msec(10);
	}
}

/* A test that failed has left its tree behind: Check ends it before the teardown. */
static void tree_make(void)
{
	tree_remove();
	ck_assert_int_eq(mkdir(base, 0755), 0);
}

START_TEST(test_orphan_repaired)
{
	orphan_make("a");
	hand_back(false);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 0);
	ck_assert(!attribute_there("a"));
	ck_assert_uint_eq(report.groups, 1);
	ck_assert_uint_eq(report.busy + report.failed, 0);
	ck_assert_str_eq(report_text, "handed back /a\n");
}
END_TEST

START_TEST(test_second_run_finds_nothing)
{
	orphan_make("a");
	hand_back(false);
	hand_back(false);
	ck_assert_uint_eq(report.groups + report.busy + report.failed, 0);
}
END_TEST

START_TEST(test_unreadable_attribute_repaired)
{
	int fd;

	group_make("a");
	value_set("a", KNOB_OOM_CONTROL, 1);
	fd = group_open("a");
	ck_assert_int_eq(fsetxattr(fd, SAVED_ATTRIBUTE, "?", 1, 0), 0);
	close(fd);
	hand_back(false);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 0);
	ck_assert(!attribute_there("a"));
}
END_TEST

START_TEST(test_busy_listed)
{
	int lock;

	orphan_make("a");
	orphan_make("b");
	lock = group_open("a");
	ck_assert_int_eq(flock(lock, LOCK_EX | LOCK_NB), 0);
	hand_back(false);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 1);
	ck_assert(attribute_there("a"));
	ck_assert_uint_eq(value_of("b", KNOB_OOM_CONTROL), 0);
	ck_assert_uint_eq(report.busy, 1);
	ck_assert_uint_eq(report.groups, 1);
	ck_assert_ptr_nonnull(strstr(report_text, "busy /a:"));
	close(lock);
}
END_TEST

/* The lock is let go 100 ms after the search began, as by an instance that is just being killed. */
START_TEST(test_busy_retried)
{
	pid_t owner;
	int ready[2], lock;

	orphan_make("a");
	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	owner = fork();
	if (owner == 0) {
		lock = open(path_of("a"), O_RDONLY | O_DIRECTORY);
		(void)flock(lock, LOCK_EX | LOCK_NB);
		close(ready[0]);
		close(ready[1]);
		sleep_msec(100);
		_exit(0);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &lock, sizeof(lock)), 0); /* end of file: locked */
	close(ready[0]);
	hand_back(false);
	ck_assert_int_eq(waitpid(owner, NULL, 0), owner);
	ck_assert_uint_eq(report.groups, 1);
	ck_assert_uint_eq(report.busy, 0);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 0);
}
END_TEST

START_TEST(test_inherited_set)
{
	orphan_make("a");
	group_make("a/b");
	group_make("a/b/c");
	ck_assert_uint_eq(value_of("a/b/c", KNOB_OOM_CONTROL), 1);
	hand_back(false);
	ck_assert_uint_eq(value_of("a/b", KNOB_OOM_CONTROL), 0);
	ck_assert_uint_eq(value_of("a/b/c", KNOB_OOM_CONTROL), 0);
	ck_assert_uint_eq(report.children, 2);
}
END_TEST

/* a is the operator's; b is ours and lies below it. */
START_TEST(test_operators_own_left_alone)
{
	group_make("a");
	value_set("a", KNOB_OOM_CONTROL, 1);
	orphan_make("a/b");
	group_make("c");
	value_set("c", KNOB_OOM_CONTROL, 1);
	hand_back(false);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 1);
	ck_assert_uint_eq(value_of("a/b", KNOB_OOM_CONTROL), 0);
	ck_assert_uint_eq(value_of("c", KNOB_OOM_CONTROL), 1);
}
END_TEST

START_TEST(test_limit_restored_only_as_lent)
{
	group_make("a");
	attribute_set("a", 2 * LIMIT, 3 * LIMIT);
	value_set("a", KNOB_LIMIT, 3 * LIMIT);
	group_make("b");
	attribute_set("b", 2 * LIMIT, 3 * LIMIT);
	value_set("b", KNOB_LIMIT, 4 * LIMIT);
	group_make("c");
	attribute_set("c", 2 * LIMIT, KNOB_ABSENT);
	value_set("c", KNOB_LIMIT, 3 * LIMIT);
	hand_back(false);
	ck_assert_uint_eq(value_of("a", KNOB_LIMIT), 2 * LIMIT);
	ck_assert_uint_eq(value_of("b", KNOB_LIMIT), 4 * LIMIT);
	ck_assert_uint_eq(value_of("c", KNOB_LIMIT), 3 * LIMIT);
	ck_assert(!attribute_there("a") && !attribute_there("b") && !attribute_there("c"));
	ck_assert_ptr_nonnull(strstr(report_text, "handed back /a, limit 25165824 -> 16777216\n"));
}
END_TEST

static const struct hostile {
	const char *name;
	const char *printed;
} hostile[] = {
	{ "two words", "handed back /two words\n" },
	{ "line\nhanded back b", "handed back /line\\nhanded back b\n" },
	{ "it's \"quoted\"", "handed back /it's \"quoted\"\n" },
	{ "back\\slash", "handed back /back\\\\slash\n" },
	{ "\033[2J", "handed back /\\x1b[2J\n" },
	{ "-rf", "handed back /-rf\n" },
	{ "..b", "handed back /..b\n" },
};

START_TEST(test_hostile_names)
{
	const struct hostile *row = &hostile[_i];

	/* cgroup_mkdir refuses a newline (checked on 6.18); where it does not, it must not be printed. */
	if (mkdir(path_of(row->name), 0755) < 0) {
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_ptr_nonnull(strchr(row->name, '\n'));
		return;
	}
	attribute_set(row->name, KNOB_ABSENT, KNOB_ABSENT);
	value_set(row->name, KNOB_OOM_CONTROL, 1);
	hand_back(false);
	ck_assert_uint_eq(value_of(row->name, KNOB_OOM_CONTROL), 0);
	ck_assert_str_eq(report_text, row->printed);
}
END_TEST

START_TEST(test_dry_run_changes_nothing)
{
	orphan_make("a");
	group_make("a/b");
	hand_back(true);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 1);
	ck_assert_uint_eq(value_of("a/b", KNOB_OOM_CONTROL), 1);
	ck_assert(attribute_there("a"));
	ck_assert_uint_eq(report.groups, 1);
	ck_assert_str_eq(report_text, "would hand back /a\n");
}
END_TEST

/* A process that enters @group and then touches more than its limit. */
static pid_t eater_start(const char *group)
{
	pid_t pid = fork();

	if (pid == 0) {
		char procs[2 * PATH_MAX + 16];
		int fd;

		(void)snprintf(procs, sizeof(procs), "%s/" PROCS, path_of(group));
		fd = open(procs, O_WRONLY);
		if (fd < 0 || write(fd, "0", 1) < 0)
			_exit(1);
		memset(mmap(NULL, 4 * LIMIT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0),
		       1, 4 * LIMIT);
		_exit(2);
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

static struct oom_level level_of(const char *group)
{
	struct oom_level level = { 0 };
	int fd = knob_open(group, KNOB_OOM_CONTROL);

	ck_assert_int_eq(oom_level_read(fd, &level), 0);
	close(fd);
	return level;
}

static void wait_under_oom(const char *group)
{
	for (int msec = 0; msec < WAIT_MSEC; msec += 5) {
		if (level_of(group).under_oom)
			return;
		sleep_msec(5);
	}
	ck_abort_msg("no task fell asleep in %s", group);
}

START_TEST(test_sleeper_dies_by_the_kernel)
{
	struct oom_level level;
	int status;
	pid_t eater;

	orphan_make("a");
	value_set("a", KNOB_LIMIT, LIMIT);
	eater = eater_start("a");
	wait_under_oom("a");
	hand_back(false);
	ck_assert_int_eq(waitpid(eater, &status, WNOHANG), eater);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	level = level_of("a");
	ck_assert_uint_eq(level.kills, 1);
	ck_assert(!level.under_oom && !level.kill_disabled);
}
END_TEST

static int freezer_open(void)
{
	char path[PATH_MAX + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", freezer, group_files[GROUP_FREEZER].name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static bool freezer_reads_frozen(void)
{
	uint64_t frozen = 77;
	int fd = freezer_open();

	ck_assert_int_eq(knob_get(KNOB_FREEZER, fd, &frozen), 0);
	close(fd);
	return frozen;
}

static void freezer_freeze(pid_t pid)
{
	char path[PATH_MAX + 32], text[32];
	int fd;

	ck_assert_int_eq(mkdir(freezer, 0755), 0);
	if (pid) {
		(void)snprintf(path, sizeof(path), "%s/" PROCS, freezer);
		(void)snprintf(text, sizeof(text), "%d", (int)pid);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
		close(fd);
	}
	fd = freezer_open();
	ck_assert_int_eq(knob_set(KNOB_FREEZER, fd, 1), 0);
	close(fd);
	ck_assert(freezer_reads_frozen());
}

/* What the attributes say of @group: frozen by us, there. */
static void frozen_mark(const char *group, const char *path)
{
	int fd = group_open(group);
	struct saved saved;

	ck_assert_int_eq(saved_load(fd, &saved), 0);
	saved.lent.value[KNOB_FREEZER] = 1;
	ck_assert_int_eq(saved_store_freezer(fd, path), 0);
	ck_assert_int_eq(saved_store(fd, &saved), 0);
	close(fd);
}

static bool freezer_attribute_there(const char *group)
{
	char path[PATH_MAX];
	int fd = group_open(group);
	int ret = saved_load_freezer(fd, path);

	close(fd);
	return ret != -ENODATA;
}

START_TEST(test_frozen_by_us_thawed)
{
	orphan_make("a");
	freezer_freeze(0);
	frozen_mark("a", strrchr(freezer, '/'));
	hand_back(false);
	ck_assert(!freezer_reads_frozen());
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 0);
	ck_assert(!attribute_there("a") && !freezer_attribute_there("a"));
	ck_assert_str_eq(report_text, "handed back /a, thawed\n");
}
END_TEST

/* The path alone says nothing: the mark does. */
START_TEST(test_frozen_by_others_left_alone)
{
	int fd;

	orphan_make("a");
	freezer_freeze(0);
	fd = group_open("a");
	ck_assert_int_eq(saved_store_freezer(fd, strrchr(freezer, '/')), 0);
	close(fd);
	hand_back(false);
	ck_assert(freezer_reads_frozen());
	ck_assert(!attribute_there("a") && !freezer_attribute_there("a"));
	ck_assert_str_eq(report_text, "handed back /a\n");
}
END_TEST

START_TEST(test_frozen_sleeper_dies)
{
	int status;
	pid_t eater;

	orphan_make("a");
	value_set("a", KNOB_LIMIT, LIMIT);
	eater = eater_start("a");
	wait_under_oom("a");
	freezer_freeze(eater);
	frozen_mark("a", strrchr(freezer, '/'));
	hand_back(false);
	ck_assert_int_eq(waitpid(eater, &status, WNOHANG), eater);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_uint_eq(level_of("a").kills, 1);
}
END_TEST

START_TEST(test_freezer_gone)
{
	orphan_make("a");
	frozen_mark("a", "/no/such/group");
	hand_back(false);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 0);
	ck_assert(!attribute_there("a") && !freezer_attribute_there("a"));
	ck_assert_uint_eq(report.failed, 0);
}
END_TEST

/* The mark without the path is what a crash in mid-drop leaves: it was thawed. */
START_TEST(test_freezer_path_dropped)
{
	int fd;

	orphan_make("a");
	frozen_mark("a", "/no/such/group");
	fd = group_open("a");
	ck_assert_int_eq(saved_drop_freezer(fd), 0);
	close(fd);
	hand_back(false);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 0);
	ck_assert(!attribute_there("a"));
	ck_assert_uint_eq(report.failed, 0);
	ck_assert_str_eq(report_text, "handed back /a\n");
}
END_TEST

/* The switch is put right even so, and the attribute stays for somebody who knows better. */
START_TEST(test_freezer_out_of_reach)
{
	orphan_make("a");
	frozen_mark("a", "/../x");
	hand_back(false);
	ck_assert_uint_eq(value_of("a", KNOB_OOM_CONTROL), 0);
	ck_assert(attribute_there("a"));
	ck_assert_uint_eq(report.failed, 1);
	ck_assert_str_eq(report_text, "failed /a: No such device or address\n");
}
END_TEST

/* The sleeper's group has inherited the switch; its parent's limit is not the one that was hit. */
START_TEST(test_inherited_sleeper_dies)
{
	int status;
	pid_t eater;

	orphan_make("a");
	group_make("a/b");
	value_set("a/b", KNOB_LIMIT, LIMIT);
	eater = eater_start("a/b");
	wait_under_oom("a/b");
	hand_back(false);
	ck_assert_int_eq(waitpid(eater, &status, WNOHANG), eater);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
END_TEST

/* Makes groups below a, from before the first write to past the first walk. */
static void make_children(int count)
{
	for (int i = 0; i < count; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "a/c%d", i);
		if (mkdir(path_of(name), 0755) < 0)
			_exit(1);
		(void)snprintf(name, sizeof(name), "a/c%d/d", i);
		if (mkdir(path_of(name), 0755) < 0)
			_exit(1);
	}
	_exit(0);
}

START_TEST(test_children_appear_meanwhile)
{
	const int count = 50;
	int status;
	pid_t maker;

	orphan_make("a");
	maker = fork();
	if (maker == 0)
		make_children(count);
	hand_back(false);
	ck_assert_int_eq(waitpid(maker, &status, 0), maker);
	ck_assert_int_eq(status, 0);
	for (int i = 0; i < count; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "a/c%d", i);
		ck_assert_uint_eq(value_of(name, KNOB_OOM_CONTROL), 0);
		(void)snprintf(name, sizeof(name), "a/c%d/d", i);
		ck_assert_uint_eq(value_of(name, KNOB_OOM_CONTROL), 0);
	}
}
END_TEST

START_TEST(test_no_descriptor_left)
{
	int before = dup(0), after;

	close(before);
	orphan_make("a");
	group_make("a/b");
	hand_back(false);
	after = dup(0);
	close(after);
	ck_assert_int_eq(after, before);
}
END_TEST

static const struct line {
	const char *text;
	const char *path; /* NULL: not a v1 memory hierarchy */
} lines[] = {
	{ "30 24 0:26 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory\n",
	  "/sys/fs/cgroup/memory" },
	{ "30 24 0:26 / /mnt/a\\040b\\012c\\134 rw - cgroup none rw,cpu,memory", "/mnt/a b\nc\\" },
	{ "30 24 0:26 / /m rw shared:1 master:2 - cgroup x rw,memory,hugetlb", "/m" },
	{ "30 24 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", NULL },
	{ "30 24 0:26 / /m rw - cgroup cgroup rw,name=memory", NULL },
	{ "30 24 0:26 / /m rw - cgroup2 cgroup2 rw,memory", NULL },
	{ "30 24 0:26 / /memory rw,memory - tmpfs memory rw", NULL },
	{ "30 24 0:26 / /m rw - cgroup cgroup", NULL },
	{ "30 24 0:26 / /m rw", NULL },
	{ "", NULL },
};

START_TEST(test_mount_line)
{
	static struct mount mount;
	bool found = mounts_parse_line(lines[_i].text, "memory", &mount);

	ck_assert_int_eq(found, lines[_i].path != NULL);
	if (found)
		ck_assert_str_eq(mount.path, lines[_i].path);
}
END_TEST

START_TEST(test_mount_of_another_controller)
{
	static struct mount mount;

	ck_assert(mounts_parse_line(lines[2].text, "hugetlb", &mount));
	ck_assert(!mounts_parse_line(lines[2].text, "freezer", &mount));
}
END_TEST

static bool base_choose(void)
{
	static struct mount mounts[MOUNTS_MAX];
	size_t count = 0;

	if (mounts_find("memory", mounts, &count) < 0 || count == 0)
		return false;
	(void)snprintf(base, sizeof(base), "%.*s/hand_back-%d", PATH_MAX - 32, mounts[0].path,
		       (int)getpid());
	return true;
}

static void freezer_choose(void)
{
	static struct mount mounts[MOUNTS_MAX];
	size_t count = 0;

	if (mounts_find("freezer", mounts, &count) == 0 && count > 0)
		(void)snprintf(freezer, sizeof(freezer), "%.*s/hand_back-%d", PATH_MAX - 32,
			       mounts[0].path, (int)getpid());
}

static const char *why_skipped(void)
{
	if (geteuid() != 0)
		return "not root";
	if (!base_choose())
		return "no v1 memory hierarchy is mounted";
	if (mkdir(base, 0755) < 0)
		return "cannot make control groups";
	(void)rmdir(base); /* each test makes it anew */
	return NULL;
}

int main(void)
{
	const char *reason = why_skipped();
	TCase *tests;
	Suite *suite;

	if (reason) {
		printf("SKIP hand_back (%s)\n", reason);
		return 77;
	}
	freezer_choose();
	suite = unit_suite("hand_back", &tests);
	tcase_add_unchecked_fixture(tests, NULL, tree_remove); /* after a test that crashed */
	tcase_add_checked_fixture(tests, tree_make, tree_remove);
	tcase_add_test(tests, test_orphan_repaired);
	tcase_add_test(tests, test_second_run_finds_nothing);
	tcase_add_test(tests, test_unreadable_attribute_repaired);
	tcase_add_test(tests, test_busy_listed);
	tcase_add_test(tests, test_busy_retried);
	tcase_add_test(tests, test_inherited_set);
	tcase_add_test(tests, test_operators_own_left_alone);
	tcase_add_test(tests, test_limit_restored_only_as_lent);
	tcase_add_loop_test(tests, test_hostile_names, 0, UNIT_COUNT(hostile));
	tcase_add_test(tests, test_dry_run_changes_nothing);
	tcase_add_test(tests, test_sleeper_dies_by_the_kernel);
	tcase_add_test(tests, test_inherited_sleeper_dies);
	tcase_add_test(tests, test_children_appear_meanwhile);
	tcase_add_test(tests, test_no_descriptor_left);
	if (freezer[0]) {
		tcase_add_test(tests, test_frozen_by_us_thawed);
		tcase_add_test(tests, test_frozen_by_others_left_alone);
		tcase_add_test(tests, test_frozen_sleeper_dies);
		tcase_add_test(tests, test_freezer_gone);
		tcase_add_test(tests, test_freezer_path_dropped);
		tcase_add_test(tests, test_freezer_out_of_reach);
	}
	tcase_add_loop_test(tests, test_mount_line, 0, UNIT_COUNT(lines));
	tcase_add_test(tests, test_mount_of_another_controller);
	return unit_run(suite);
}
