/* See freezer.h. */
#include "cgroup/freezer.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cgroup/test.h"

#define ATTRIBUTE "trusted.oomhandlerd.freezer"
#define STATE "freezer.state"
#define REMOVE_TRIES 1000

static const char *freezer_mount(void)
{
	static char mount[CG_MOUNT_SIZE];

	return cg_mount_of("freezer", mount);
}

/* The name of the scratch group in the memory hierarchy. Return: whether there is one. */
static bool scratch(struct cg *ret_cg)
{
	struct cg memory = cg_scratch();

	if (!freezer_mount())
		return false;
	(void)snprintf(ret_cg->path, sizeof(ret_cg->path), "%s%.128s", freezer_mount(),
		       strrchr(memory.path, '/'));
	return true;
}

static int file_write(const struct cg *cg, const char *name, const char *text)
{
	char path[CG_PATH_SIZE + 64];
	FILE *file;
	int ret;

	(void)snprintf(path, sizeof(path), "%s/%s", cg->path, name);
	file = fopen(path, "w");
	if (!file)
		return -errno;
	ret = fputs(text, file) < 0 ? -EIO : 0;
	if (fclose(file) != 0)
		ret = -errno;
	return ret;
}

struct cg freezer_make(const char *name)
{
	struct cg top, cg;

	if (!scratch(&top))
		test_skip("needs a cgroup v1 freezer hierarchy");
	if (mkdir(top.path, 0755) < 0 && errno != EEXIST)
		test_fail(TEST_HERE, "mkdir %s: %s", top.path, strerror(errno));
	(void)snprintf(cg.path, sizeof(cg.path), "%.400s/%.64s", top.path, name);
	if (mkdir(cg.path, 0755) < 0)
		test_fail(TEST_HERE, "mkdir %s: %s", cg.path, strerror(errno));
	return cg;
}

void freezer_enter(const struct cg *freezer, pid_t pid)
{
	char text[32];
	int ret;

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	ret = file_write(freezer, "cgroup.procs", text);
	if (ret < 0)
		test_fail(TEST_HERE, "%s: %s", freezer->path, strerror(-ret));
}

static void state_write(const struct cg *freezer, const char *state)
{
	int ret = file_write(freezer, STATE, state);

	if (ret < 0)
		test_fail(TEST_HERE, "%s: %s", freezer->path, strerror(-ret));
}

void freezer_freeze(const struct cg *freezer)
{
	state_write(freezer, "FROZEN");
}

void freezer_thaw(const struct cg *freezer)
{
	state_write(freezer, "THAWED");
}

bool freezer_is_frozen(const struct cg *freezer)
{
	char path[CG_PATH_SIZE + 64], text[32] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/" STATE, freezer->path);
	file = fopen(path, "r");
	if (!file || !fgets(text, sizeof(text), file))
		test_fail(TEST_HERE, "%s: %s", path, strerror(errno));
	(void)fclose(file);
	return strcmp(text, "THAWED\n") != 0;
}

bool freezer_is_open_in(const struct cg *freezer, pid_t pid)
{
	char path[320], target[CG_PATH_SIZE + 64], wanted[CG_PATH_SIZE + 64];
	struct dirent *entry;
	bool found = false;
	DIR *files;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	(void)snprintf(wanted, sizeof(wanted), "%s/" STATE, freezer->path);
	files = opendir(path);
	while (files && !found && (entry = readdir(files))) {
		ssize_t length;

		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%s", (int)pid, entry->d_name);
		length = readlink(path, target, sizeof(target) - 1);
		target[length < 0 ? 0 : length] = '\0';
		found = strcmp(target, wanted) == 0;
	}
	if (files)
		(void)closedir(files);
	return found;
}

bool freezer_is_marked(const struct cg *memory)
{
	return getxattr(memory->path, ATTRIBUTE, NULL, 0) >= 0;
}

static int thaw_group(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	struct cg cg;

	(void)status;
	(void)walk;
	(void)snprintf(cg.path, sizeof(cg.path), "%s", path);
	if (type == FTW_D)
		(void)file_write(&cg, STATE, "THAWED"); /* the removal tells what came of it */
	return 0;
}

void freezer_scratch_thaw(void)
{
	struct cg top;

	if (scratch(&top))
		(void)nftw(top.path, thaw_group, 16, FTW_PHYS);
}

static int remove_group(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)walk;
	for (int i = 0; type == FTW_DP && i < REMOVE_TRIES && rmdir(path) < 0 && errno == EBUSY;
	     i++)
		test_nap_msec(5);
	return 0;
}

bool freezer_scratch_remove(void)
{
	struct cg top;

	if (!scratch(&top))
		return true;
	(void)nftw(top.path, remove_group, 16, FTW_DEPTH | FTW_PHYS);
	return access(top.path, F_OK) < 0;
}
