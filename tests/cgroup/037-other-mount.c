/*
 * The hierarchy where nobody expects it: the whole main job, from discovery to the record, with the memory
 * controller mounted only at a place of our own with a blank in its name.
 *
 *     FOLDER/other mount    (v1, memory)
 *     └── oomhandlerd-drill-PID/group (64 MiB)    drill-small, drill-middle, drill-hog
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define USUAL_PLACE "/sys/fs/cgroup/memory"

static void drill_at_another_place(void)
{
	struct instance instance = instance_make("daemon");
	char place[512], text[65536];
	int status;

	(void)snprintf(place, sizeof(place), "%s/other mount", test_folder());
	/* The mounts are this process's own and go with it. */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		test_skip("no mount namespace of our own: %s", strerror(errno));
	expect(mkdir(place, 0755) == 0);
	expect(mount("cgroup", place, "cgroup", 0, "memory") == 0);
	expect(umount2(USUAL_PLACE, MNT_DETACH) == 0);
	status = instance_ctl(&instance, text, "drill", NULL);
	expect(umount2(place, MNT_DETACH) == 0);
	if (status != 0)
		test_fail(TEST_HERE, "drill: status %d\n%s", status, text);
}

static const struct test tests[] = {
	{ .name = "drill-at-another-place", .run = drill_at_another_place },
};
TEST_MAIN(tests)
