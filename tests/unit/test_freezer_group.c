/*
 * Which freezer group may be frozen for a memory group, on real groups of our own with sleeping children
 * in them:
 *
 *   MEMORY/freezer_group-PID/              FREEZER/freezer_group-PID/
 *       └── a ── b                              └── f ── g, other
 *
 * Needs root and both hierarchies; without them it says so and is skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/freezer_group.h"
#include "supervisor/layout.h"
#include "unit/unit.h"

#define CHILDREN 4

static char memory_mount[PATH_MAX], freezer_mount[PATH_MAX], base[64];
static const char *const groups[] = { "", "/a", "/a/b", "/f", "/f/g", "/other" };
static pid_t children[CHILDREN];

static const char *path_of(const char *mount, const char *group, const char *file)
{
	static char path[2 * PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s%s%s%s", mount, base, group, file);
	return path;
}

static void enter(pid_t pid, const char *mount, const char *group)
{
	char text[32];
	int fd = open(path_of(mount, group, "/cgroup.procs"), O_WRONLY | O_CLOEXEC);

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A child in both groups; NULL: where it was. */
static pid_t child_start(const char *memory, const char *freezer)
{
	int i = 0;

	while (children[i])
		ck_assert_int_lt(++i, CHILDREN);
	children[i] = fork();
	ck_assert_int_ge(children[i], 0);
	if (children[i] == 0)
		for (;;)
			pause();
	if (memory)
		enter(children[i], memory_mount, memory);
	if (freezer)
		enter(children[i], freezer_mount, freezer);
	return children[i];
}

static void tree_make(void)
{
	for (int i = 0; i < UNIT_COUNT(groups); i++) {
		ck_assert_int_eq(mkdir(path_of(memory_mount, groups[i], ""), 0755), 0);
		ck_assert_int_eq(mkdir(path_of(freezer_mount, groups[i], ""), 0755), 0);
	}
}

static void group_remove(const char *mount, const char *group)
{
	for (int i = 0; i < 500 && rmdir(path_of(mount, group, "")) < 0 && errno == EBUSY; i++)
		usleep(10000);
}

static void tree_remove(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		if (children[i] <= 0)
			continue;
		(void)kill(children[i], SIGKILL);
		(void)waitpid(children[i], NULL, 0);
		children[i] = 0;
	}
	for (int i = UNIT_COUNT(groups); i-- > 0;) {
		group_remove(memory_mount, groups[i]);
		group_remove(freezer_mount, groups[i]);
	}
}

static int find(struct freezer_place *ret_place, pid_t ours)
{
	const struct freezer_question question = {
		.mount = memory_mount,
		.directory = path_of(memory_mount, "/a", ""),
		.ours = { ours },
	};

	return freezer_group_find(&question, ret_place);
}

START_TEST(the_same_processes_are_found)
{
	struct freezer_place place = { .inode = 0 };
	struct stat status;
	char path[PATH_MAX];
	int fd;

	(void)child_start("/a", "/f");
	(void)child_start("/a/b", "/f/g");
	(void)child_start("/a/b", "/f");
	ck_assert_int_eq(find(&place, 0), 0);
	(void)snprintf(path, sizeof(path), "%s/f", base);
	ck_assert_str_eq(place.path, path);
	ck_assert_int_eq(stat(path_of(freezer_mount, "/f", ""), &status), 0);
	ck_assert_uint_eq(place.inode, status.st_ino);
	fd = freezer_group_open(&place);
	ck_assert_int_ge(fd, 0);
	close(fd);
	place.inode++;
	ck_assert_int_eq(freezer_group_open(&place), -ENOENT);
}
END_TEST

START_TEST(an_empty_group_has_none)
{
	struct freezer_place place;

	ck_assert_int_eq(find(&place, 0), -ENOENT);
}
END_TEST

START_TEST(the_root_is_nobodys)
{
	struct freezer_place place;

	enter(child_start("/a", NULL), freezer_mount, "/../");
	ck_assert_int_eq(find(&place, 0), -ENOENT);
}
END_TEST

START_TEST(a_stranger_forbids_it)
{
	struct freezer_place place;

	(void)child_start("/a", "/f");
	(void)child_start(NULL, "/f/g");
	ck_assert_int_eq(find(&place, 0), -EXDEV);
}
END_TEST

START_TEST(a_member_outside_forbids_it)
{
	struct freezer_place place;

	(void)child_start("/a", "/f");
	(void)child_start("/a/b", "/other");
	ck_assert_int_eq(find(&place, 0), -EXDEV);
}
END_TEST

START_TEST(our_own_program_forbids_it)
{
	struct freezer_place place;
	pid_t pid = child_start("/a", "/f");

	ck_assert_int_eq(find(&place, pid + 1), 0);
	ck_assert_int_eq(find(&place, pid), -EXDEV);
}
END_TEST

/* It stands in the lists until it is reaped, and is in neither group any more. */
START_TEST(a_zombie_is_no_stranger)
{
	struct freezer_place place;
	pid_t pid = child_start("/a", "/f");

	(void)child_start("/a", "/f");
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(find(&place, 0), 0);
}
END_TEST

START_TEST(a_group_that_is_gone_is_an_error)
{
	struct freezer_place place;
	const struct freezer_question question = {
		.mount = memory_mount,
		.directory = path_of(memory_mount, "/none", ""),
	};

	ck_assert_int_eq(freezer_group_find(&question, &place), -ENOENT);
}
END_TEST

static const char *why_skipped(void)
{
	if (layout_mount("memory", memory_mount) < 0 || layout_mount("freezer", freezer_mount) < 0)
		return "no v1 hierarchies of memory and freezer";
	(void)snprintf(base, sizeof(base), "/freezer_group-%d", (int)getpid());
	if (mkdir(path_of(memory_mount, "", ""), 0755) < 0 ||
	    mkdir(path_of(freezer_mount, "", ""), 0755) < 0)
		return "cannot make control groups";
	tree_remove(); /* each test makes it anew */
	return NULL;
}

int main(void)
{
	const char *reason = why_skipped();
	TCase *tests;
	Suite *suite;
	int status;

	if (reason) {
		printf("SKIP freezer_group (%s)\n", reason);
		return 77;
	}
	suite = unit_suite("freezer_group", &tests);
	tcase_add_checked_fixture(tests, tree_make, tree_remove);
	tcase_add_test(tests, the_same_processes_are_found);
	tcase_add_test(tests, an_empty_group_has_none);
	tcase_add_test(tests, the_root_is_nobodys);
	tcase_add_test(tests, a_stranger_forbids_it);
	tcase_add_test(tests, a_member_outside_forbids_it);
	tcase_add_test(tests, our_own_program_forbids_it);
	tcase_add_test(tests, a_zombie_is_no_stranger);
	tcase_add_test(tests, a_group_that_is_gone_is_an_error);
	status = unit_run(suite);
	tree_remove(); /* after a test that crashed */
	return status;
}
