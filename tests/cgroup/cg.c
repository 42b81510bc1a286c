/* See cg.h. */
#include "cgroup/cg.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cgroup/test.h"

#define ATTRIBUTE "trusted.oomhandlerd.saved"
#define OOM_CONTROL "memory.oom_control"
#define REMOVE_TRIES 1000

static char scratch_name[64];

/* Mount points and roots have no blanks on any host these tests run on. */
const char *cg_mount_of(const char *controller, char mount[static CG_MOUNT_SIZE])
{
	char line[1024];
	FILE *file;

	if (mount[0])
		return mount;
	file = fopen("/proc/self/mountinfo", "r");
	while (file && fgets(line, sizeof(line), file)) {
		char *options = strstr(line, " - cgroup ");

		if (options && strstr(options, controller) &&
		    sscanf(line, "%*s %*s %*s / %255s", mount) == 1)
			break;
	}
	if (file)
		(void)fclose(file);
	return mount[0] ? mount : NULL;
}

const char *cg_mount(void)
{
	static char mount[CG_MOUNT_SIZE];

	return cg_mount_of("memory", mount);
}

void cg_scratch_name(int id)
{
	(void)snprintf(scratch_name, sizeof(scratch_name), "oomhandlerd-test-%d", id);
}

struct cg cg_scratch(void)
{
	struct cg cg;

	(void)snprintf(cg.path, sizeof(cg.path), "%s/%s", cg_mount(), scratch_name);
	return cg;
}

static int file_open(const struct cg *cg, const char *file, int flags)
{
	char path[CG_PATH_SIZE + 64];

	(void)snprintf(path, sizeof(path), "%s/%s", cg->path, file);
	return open(path, flags | O_CLOEXEC);
}

static int file_write(const struct cg *cg, const char *file, const char *text)
{
	int fd = file_open(cg, file, O_WRONLY), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	(void)close(fd);
	return ret;
}

static int file_read(const struct cg *cg, const char *file, char *text, size_t size)
{
	int fd = file_open(cg, file, O_RDONLY);
	ssize_t out;

	if (fd < 0)
		return -errno;
	out = read(fd, text, size - 1);
	(void)close(fd);
	if (out < 0)
		return -errno;
	text[out] = '\0';
	return 0;
}

bool cg_scratch_make(void)
{
	struct cg cg = cg_scratch();

	if (mkdir(cg.path, 0755) < 0)
		return false;
	/* Before 5.11 a raw mount starts without hierarchy; later kernels have no such file. */
	(void)file_write(&cg, "memory.use_hierarchy", "1");
	return true;
}

static int remove_group(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)walk;
	if (type != FTW_DP)
		return 0;
	/* A task that has just been killed keeps its group busy for a moment. */
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		test_nap_msec(5);
	}
	perror(path);
	return -1;
}

bool cg_scratch_remove(void)
{
	struct cg cg = cg_scratch();

	return nftw(cg.path, remove_group, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

static int dump_group(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	struct cg cg;
	char level[128], procs[512];

	(void)status;
	(void)walk;
	if (type != FTW_D)
		return 0;
	(void)snprintf(cg.path, sizeof(cg.path), "%s", path);
	if (file_read(&cg, OOM_CONTROL, level, sizeof(level)) < 0 ||
	    file_read(&cg, "cgroup.procs", procs, sizeof(procs)) < 0)
		return 0;
	for (char *at = level; *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	for (char *at = procs; *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	printf("    %s: %slimit %llu usage %llu attribute %d pids %s\n", cg_label(&cg), level,
	       (unsigned long long)cg_get(&cg, CG_LIMIT), (unsigned long long)cg_get(&cg, CG_USAGE),
	       cg_has_attribute(&cg), procs);
	return 0;
}

void cg_scratch_dump(void)
{
	struct cg cg = cg_scratch();

	printf("--- groups\n");
	(void)nftw(cg.path, dump_group, 16, FTW_PHYS);
}

struct cg cg_named(const char *name)
{
	struct cg cg;

	(void)snprintf(cg.path, sizeof(cg.path), "%s/%s/%s", cg_mount(), scratch_name, name);
	return cg;
}

struct cg cg_make(const char *name, unsigned int mib)
{
	struct cg cg = cg_named(name);

	if (mkdir(cg.path, 0755) < 0)
		test_fail(TEST_HERE, "mkdir %s: %s", cg.path, strerror(errno));
	if (mib)
		cg_set(&cg, CG_LIMIT, bytes_from_mib(mib).count);
	return cg;
}

void cg_remove(const struct cg *cg)
{
	if (!within(5000, rmdir(cg->path) == 0 || errno == ENOENT))
		test_fail(TEST_HERE, "rmdir %s: %s", cg->path, strerror(errno));
}

bool cg_exists(const struct cg *cg)
{
	return access(cg->path, F_OK) == 0;
}

const char *cg_label(const struct cg *cg)
{
	return cg->path + strlen(cg_mount());
}

uint64_t cg_inode(const struct cg *cg)
{
	struct stat status;

	if (stat(cg->path, &status) < 0)
		test_fail(TEST_HERE, "stat %s: %s", cg->path, strerror(errno));
	return status.st_ino;
}

uint64_t cg_get(const struct cg *cg, const char *file)
{
	char text[64];
	int ret = file_read(cg, file, text, sizeof(text));

	if (ret < 0)
		test_fail(TEST_HERE, "%s/%s: %s", cg->path, file, strerror(-ret));
	return strtoull(text, NULL, 10);
}

void cg_set(const struct cg *cg, const char *file, uint64_t value)
{
	char text[32];
	int ret;

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	ret = file_write(cg, file, text);
	if (ret < 0)
		test_fail(TEST_HERE, "%s/%s: %s", cg->path, file, strerror(-ret));
}

struct cg_level cg_level(const struct cg *cg)
{
	char text[128];
	int killer_off, under_oom;
	unsigned long long kills;
	int ret = file_read(cg, OOM_CONTROL, text, sizeof(text));

	if (ret < 0)
		test_fail(TEST_HERE, "%s: %s", cg->path, strerror(-ret));
	if (sscanf(text, "oom_kill_disable %d under_oom %d oom_kill %llu", &killer_off, &under_oom,
		   &kills) != 3)
		test_fail(TEST_HERE, "%s: '%s'", cg->path, text);
	return (struct cg_level){ .killer_off = killer_off,
				  .under_oom = under_oom,
				  .kills = kills };
}

bool cg_under_oom(const struct cg *cg)
{
	return cg_level(cg).under_oom;
}

bool cg_is_free(const struct cg *cg)
{
	struct cg_level level = cg_level(cg);

	return !level.killer_off && !level.under_oom;
}

bool cg_killer_off(const struct cg *cg)
{
	return cg_level(cg).killer_off;
}

void cg_turn_killer_off(const struct cg *cg)
{
	cg_set(cg, OOM_CONTROL, 1);
}

void cg_enter(const struct cg *cg, pid_t pid)
{
	cg_set(cg, "cgroup.procs", (uint64_t)pid);
}

unsigned int cg_members(const struct cg *cg)
{
	char path[CG_PATH_SIZE + 32], line[32];
	unsigned int count = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		count++;
	if (file)
		(void)fclose(file);
	return count;
}

bool cg_has_attribute(const struct cg *cg)
{
	return getxattr(cg->path, ATTRIBUTE, NULL, 0) >= 0;
}

void cg_make_orphan(const struct cg *cg)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "1 oom_control=0 limit=%llu memsw=- lent_oom_control=1 lent_limit=- "
		       "lent_memsw=-",
		       (unsigned long long)cg_get(cg, CG_LIMIT));
	if (setxattr(cg->path, ATTRIBUTE, text, strlen(text), 0) < 0)
		test_fail(TEST_HERE, "%s: %s", cg->path, strerror(errno));
	cg_turn_killer_off(cg);
}
