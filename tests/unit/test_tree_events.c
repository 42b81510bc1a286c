/*
 * News of groups, from either source, against a hierarchy that is a table: which directories are looked
 * at and when, and what is left to the walk. The kernel's program, inotify and the clock are doubles.
 *
 * Links: daemon/supervisor/tree_events.c, announced.c, tree.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "supervisor/bpf.h"
#include "supervisor/tree_events.h"
#include "supervisor/watch.h"
#include "unit.h"

#define ROOT 1
#define GROUPS_MAX 1000
#define EVENTS_FD 70
#define WATCH_FD 71

struct group {
	uint64_t parent;
	bool visible; /* in its parent's directory */
	const char *name;
};

static struct group groups[GROUPS_MAX]; /* by inode */
static struct tree tree;
static struct tree_events events;
static uint64_t looked[GROUPS_MAX]; /* at which directories, in order */
static size_t looks;

static struct group_event told[2 * GROUPS_MAX];
static size_t told_count;
static uint64_t lost_count;
static int kernel_fd, take_error;
static enum watch_event watched[4];
static size_t watched_count;
static int watches_added;

int bpf_events_fd(enum bpf_part part)
{
	return part == BPF_PART_TREE ? kernel_fd : -ENOENT;
}

int bpf_events_take(enum bpf_part part, bpf_notify *notify, void *context)
{
	ck_assert_int_eq(part, BPF_PART_TREE);
	for (size_t i = 0; i < told_count; i++)
		notify(context, &told[i]);
	told_count = 0;
	return take_error;
}

uint64_t bpf_events_lost(enum bpf_part part)
{
	ck_assert_int_eq(part, BPF_PART_TREE);
	return lost_count;
}

int watch_open(void)
{
	return WATCH_FD;
}

int watch_add(int inotify, int directory)
{
	ck_assert_int_eq(inotify, WATCH_FD);
	ck_assert_int_ge(directory, 0);
	return watches_added++;
}

int watch_read(int inotify, watch_notify *notify, void *context)
{
	ck_assert_int_eq(inotify, WATCH_FD);
	for (size_t i = 0; i < watched_count; i++)
		notify(context, watched[i], watched[i] == WATCH_OVERFLOW ? -1 : 0);
	watched_count = 0;
	return 0;
}

/* As scan_directory(): new children are walked, and those that are gone taken out. */
static void directory_look(void *context, struct node *directory)
{
	if (context) {
		ck_assert_ptr_eq(context, &groups);
		ck_assert_uint_lt(looks, GROUPS_MAX);
		looked[looks++] = directory->inode;
	}
	for (uint64_t inode = ROOT + 1; inode < GROUPS_MAX; inode++) {
		const struct group *group = &groups[inode];
		struct node *node = tree_find_inode(&tree, inode);

		if (group->parent != directory->inode)
			continue;
		if (node && !group->visible)
			tree_remove(&tree, node);
		else if (node && strcmp(node->name, group->name) != 0)
			tree_rename(node, group->name);
		else if (!node && group->visible)
			directory_look(NULL, tree_add(&tree, directory, group->name, inode));
	}
}

static void open_events(int fd)
{
	const struct tree_listener listener = { .look = directory_look, .context = &groups };

	kernel_fd = fd;
	tree_add(&tree, NULL, "", ROOT);
	ck_assert_int_eq(tree_events_open(&tree, listener, &events), 0);
}

static void make(void)
{
	tree = (struct tree){ .root = NULL };
	memset(groups, 0, sizeof(groups));
	looks = told_count = watched_count = 0;
	lost_count = 0;
	take_error = watches_added = 0;
	open_events(EVENTS_FD);
	tree_events_walked(&events, true);
	tree_events_walked(&events, true);
	ck_assert(tree_events_are_complete(&events));
}

static void clear(void)
{
	tree_remove(&tree, tree.root);
}

static void tell(enum group_event_kind kind, uint64_t inode)
{
	ck_assert_uint_lt(told_count, UNIT_COUNT(told));
	told[told_count++] = (struct group_event){
		.kind = kind,
		.inode = inode,
		.parent = groups[inode].parent,
	};
}

/* mkdir, of which the event comes first. */
static void group_make(uint64_t inode, uint64_t parent)
{
	groups[inode] = (struct group){ .parent = parent, .name = "group" };
	tell(GROUP_EVENT_MADE, inode);
}

static void group_remove(uint64_t inode)
{
	groups[inode].visible = false;
	tell(GROUP_EVENT_REMOVED, inode);
}

static void take_at(uint64_t msec)
{
	ck_assert_int_eq(tree_events_take(&events, nsec_from_msec(msec)), 0);
}

static void expect_due(uint64_t msec)
{
	ck_assert_uint_eq(tree_events_due(&events).count, nsec_from_msec(msec).count);
}

static void expect_nothing_due(void)
{
	ck_assert_uint_eq(tree_events_due(&events).count, UINT64_MAX);
}

static bool is_known(uint64_t inode)
{
	return tree_find_inode(&tree, inode);
}

START_TEST(found_at_once)
{
	group_make(2, ROOT);
	groups[2].visible = true;
	take_at(1000);
	ck_assert(is_known(2));
	ck_assert_uint_eq(looks, 1);
	ck_assert_uint_eq(looked[0], ROOT);
	expect_nothing_due();
	ck_assert(tree_events_are_complete(&events));
}
END_TEST

START_TEST(looked_for_again_then_left_to_the_walk)
{
	static const uint64_t due[] = { 1001, 1003, 1008, 1018, 1068 };

	group_make(2, ROOT);
	take_at(1000);
	for (size_t i = 0; i < UNIT_COUNT(due); i++) {
		expect_due(due[i]);
		take_at(due[i] - 1); /* too early: other news */
		ck_assert_uint_eq(looks, i + 1);
		ck_assert(tree_events_are_complete(&events));
		take_at(due[i]);
	}
	ck_assert_uint_eq(looks, 1 + UNIT_COUNT(due));
	expect_nothing_due();
	ck_assert(!tree_events_are_complete(&events));
	tree_events_walked(&events, false);
	ck_assert(!tree_events_are_complete(&events));
	tree_events_walked(&events, true);
	ck_assert(tree_events_are_complete(&events));
}
END_TEST

START_TEST(found_later)
{
	group_make(2, ROOT);
	take_at(1000);
	groups[2].visible = true;
	take_at(1001);
	ck_assert(is_known(2));
	ck_assert_uint_eq(looks, 2);
	expect_nothing_due();
	ck_assert(tree_events_are_complete(&events));
}
END_TEST

START_TEST(found_by_somebody_else)
{
	group_make(2, ROOT);
	take_at(1000);
	tree_add(&tree, tree.root, "group", 2);
	take_at(1001);
	ck_assert_uint_eq(looks, 1);
	expect_nothing_due();
}
END_TEST

/* mkdir -p: the parents' directories do not exist for us until they are found themselves. */
START_TEST(parents_first)
{
	group_make(2, ROOT);
	group_make(3, 2);
	group_make(4, 3);
	take_at(1000);
	ck_assert_uint_eq(looks, 1);
	expect_due(1001);
	for (size_t inode = 2; inode <= 4; inode++)
		groups[inode].visible = true;
	take_at(1001);
	ck_assert(is_known(2) && is_known(3) && is_known(4));
	ck_assert_uint_eq(looks, 2);
	expect_nothing_due();
}
END_TEST

START_TEST(children_wait_for_their_parent)
{
	group_make(2, ROOT);
	group_make(3, 2);
	for (uint64_t msec = 1000; msec < 1068; msec++)
		take_at(msec);
	ck_assert_uint_eq(looks, 5);
	groups[2].visible = true;
	take_at(1068); /* the parent's last look, the child's first */
	ck_assert_uint_eq(looks, 7);
	ck_assert_uint_eq(looked[6], 2);
	expect_due(1069);
	groups[3].visible = true;
	take_at(1069);
	ck_assert(is_known(3));
	ck_assert(tree_events_are_complete(&events));
}
END_TEST

START_TEST(given_up_with_its_parent)
{
	group_make(2, ROOT);
	group_make(3, 2);
	for (uint64_t msec = 1000; msec <= 1068; msec++)
		take_at(msec);
	expect_nothing_due();
	ck_assert(!tree_events_are_complete(&events));
}
END_TEST

/* Mounted below the hierarchy's root, as in a container. */
START_TEST(beyond_our_mount)
{
	group_make(3, 2);
	take_at(1000);
	ck_assert_uint_eq(looks, 0);
	expect_nothing_due();
	ck_assert(tree_events_are_complete(&events));
}
END_TEST

START_TEST(made_and_removed_in_a_loop)
{
	for (uint64_t inode = 2; inode < 2 + ANNOUNCED_MAX; inode++) {
		group_make(inode, ROOT);
		group_remove(inode);
	}
	take_at(1000);
	ck_assert_uint_eq(looks, 0);
	group_make(2, ROOT);
	take_at(2000);
	group_remove(2);
	take_at(2000);
	ck_assert_uint_eq(looks, 1);
	expect_nothing_due();
	ck_assert(tree_events_are_complete(&events));
}
END_TEST

START_TEST(removed)
{
	group_make(2, ROOT);
	group_make(3, 2);
	group_make(4, ROOT);
	for (size_t inode = 2; inode <= 4; inode++)
		groups[inode].visible = true;
	take_at(1000);
	ck_assert_uint_eq(looks, 1);
	group_remove(3);
	group_remove(2);
	group_remove(4);
	take_at(2000);
	ck_assert(!is_known(2) && !is_known(3) && !is_known(4));
	ck_assert_uint_eq(looks, 3); /* the group's own, which may be gone, and the root's */
	ck_assert_uint_eq(looked[2], ROOT);
	expect_nothing_due();
}
END_TEST

START_TEST(renamed)
{
	group_make(2, ROOT);
	groups[2].visible = true;
	take_at(1000);
	groups[2].name = "other";
	tell(GROUP_EVENT_RENAMED, 2);
	take_at(2000);
	ck_assert_str_eq(tree_find_inode(&tree, 2)->name, "other");
	ck_assert_uint_eq(looks, 2);
	expect_nothing_due();
}
END_TEST

START_TEST(one_look_at_a_directory)
{
	for (uint64_t inode = 2; inode < 2 + ANNOUNCED_MAX; inode++) {
		group_make(inode, ROOT);
		groups[inode].visible = inode % 2;
	}
	take_at(1000);
	ck_assert_uint_eq(looks, 1);
	take_at(1001);
	ck_assert_uint_eq(looks, 2);
}
END_TEST

START_TEST(more_than_there_is_room_for)
{
	for (uint64_t inode = 2; inode < 2 + 3 * ANNOUNCED_MAX; inode++) {
		group_make(inode, ROOT);
		groups[inode].visible = true;
	}
	take_at(1000);
	for (uint64_t inode = 2; inode < 2 + 3 * ANNOUNCED_MAX; inode++)
		ck_assert(is_known(inode));
	ck_assert_uint_le(looks, 3);
	ck_assert(tree_events_are_complete(&events));
}
END_TEST

START_TEST(no_room_is_left_to_the_walk)
{
	for (uint64_t inode = 2; inode < 2 + ANNOUNCED_MAX + 1; inode++)
		group_make(inode, ROOT);
	take_at(1000);
	ck_assert(!tree_events_are_complete(&events));
}
END_TEST

START_TEST(lost_events)
{
	take_at(1000);
	ck_assert(!events.lost);
	lost_count = 3;
	take_at(1001);
	ck_assert(events.lost);
	tree_events_walked(&events, true);
	ck_assert(!events.lost);
	ck_assert(!tree_events_are_complete(&events)); /* one may still have been on its way */
	take_at(1002);
	ck_assert(!events.lost);
	tree_events_walked(&events, true);
	ck_assert(tree_events_are_complete(&events));
}
END_TEST

START_TEST(broken)
{
	group_make(2, ROOT);
	take_error = -EIO;
	ck_assert_int_eq(tree_events_take(&events, nsec_from_msec(1000)), -EIO);
	expect_nothing_due();
	tree_events_walked(&events, true);
	ck_assert(!tree_events_are_complete(&events));
	take_at(1001);
}
END_TEST

/* A directory that is really there for the root's node; in the wrong bucket, where nobody looks for it. */
static int mount_open(void)
{
	int mount = open("/", O_PATH | O_DIRECTORY);
	struct stat status;

	ck_assert_int_eq(fstat(mount, &status), 0);
	tree.root->inode = status.st_ino;
	return mount;
}

static void mount_close(int mount)
{
	tree.root->inode = ROOT;
	close(mount);
}

START_TEST(no_watch_beside_the_kernel)
{
	int mount = mount_open();

	ck_assert_int_eq(events.fd, EVENTS_FD);
	tree_events_attend(&events, tree.root, mount);
	ck_assert_int_eq(watches_added, 0);
	ck_assert_int_eq(tree.root->watch, -1);
	mount_close(mount);
}
END_TEST

START_TEST(every_walk_counts_at_the_start)
{
	clear();
	open_events(EVENTS_FD);
	tree_events_walked(&events, true);
	ck_assert(!tree_events_are_complete(&events));
}
END_TEST

START_TEST(watches_without_the_kernel)
{
	int mount;

	clear();
	open_events(-ENOENT);
	mount = mount_open();
	ck_assert_int_eq(events.fd, WATCH_FD);
	tree_events_attend(&events, tree.root, mount);
	tree_events_attend(&events, tree.root, mount);
	ck_assert_int_eq(watches_added, 1);
	ck_assert_int_eq(tree.root->watch, 0);

	watched[0] = watched[1] = WATCH_CHANGED;
	watched_count = 2;
	take_at(1000);
	ck_assert_uint_eq(looks, 1);
	watched[0] = WATCH_OVERFLOW;
	watched[1] = WATCH_ENDED;
	watched_count = 2;
	take_at(1001);
	ck_assert(events.lost);
	ck_assert_int_eq(tree.root->watch, -1);
	for (int walk = 0; walk < 3; walk++)
		tree_events_walked(&events, true);
	ck_assert(!events.lost);
	ck_assert(!tree_events_are_complete(&events)); /* a watch may be missing */
	expect_nothing_due();
	mount_close(mount);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("tree_events", &tests);

	tcase_add_checked_fixture(tests, make, clear);
	tcase_add_test(tests, found_at_once);
	tcase_add_test(tests, looked_for_again_then_left_to_the_walk);
	tcase_add_test(tests, found_later);
	tcase_add_test(tests, found_by_somebody_else);
	tcase_add_test(tests, parents_first);
	tcase_add_test(tests, children_wait_for_their_parent);
	tcase_add_test(tests, given_up_with_its_parent);
	tcase_add_test(tests, beyond_our_mount);
	tcase_add_test(tests, made_and_removed_in_a_loop);
	tcase_add_test(tests, removed);
	tcase_add_test(tests, renamed);
	tcase_add_test(tests, one_look_at_a_directory);
	tcase_add_test(tests, more_than_there_is_room_for);
	tcase_add_test(tests, no_room_is_left_to_the_walk);
	tcase_add_test(tests, lost_events);
	tcase_add_test(tests, broken);
	tcase_add_test(tests, no_watch_beside_the_kernel);
	tcase_add_test(tests, every_walk_counts_at_the_start);
	tcase_add_test(tests, watches_without_the_kernel);
	return unit_run(suite);
}
