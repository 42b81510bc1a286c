/* See test.h. */
#include "cgroup/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/cg.h"
#include "cgroup/freezer.h"

#define STATUS_FAILED 1
#define STATUS_SKIPPED 77
#define CLEAN_SECONDS 15

static char folder[64];
static char skip_reason[256];

const char *test_folder(void)
{
	return folder;
}

static void say(const char *before, const char *format, va_list arguments)
{
	printf("%s", before);
	vprintf(format, arguments);
	putchar('\n');
	(void)fflush(stdout);
}

void test_fail(const char *where, const char *format, ...)
{
	va_list arguments;

	printf("%s: ", where);
	va_start(arguments, format);
	say("", format, arguments);
	va_end(arguments);
	_exit(STATUS_FAILED);
}

void test_skip(const char *format, ...)
{
	char path[128];
	va_list arguments;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/skipped", folder);
	file = fopen(path, "w");
	if (file) {
		va_start(arguments, format);
		(void)vfprintf(file, format, arguments);
		va_end(arguments);
		(void)fclose(file);
	}
	_exit(STATUS_SKIPPED);
}

void test_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("note: ", format, arguments);
	va_end(arguments);
}

void test_nap_msec(unsigned int msec)
{
	const struct timespec span = { .tv_sec = msec / 1000,
				       .tv_nsec = (long)(msec % 1000) * 1000000 };

	(void)nanosleep(&span, NULL); /* cut short: the caller looks again in any case */
}

unsigned int test_msec_since(struct nsec start)
{
	return (unsigned int)(nsec_between(start, clock_now()).count / NSEC_PER_MSEC);
}

static pid_t parent_of(const char *pid)
{
	char path[64], line[128];
	pid_t parent = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "PPid: %d", &parent) == 1)
			break;
	if (file)
		(void)fclose(file);
	return parent;
}

/* As a subreaper this process inherits every orphan below it, so its children are all there is. */
static void kill_children(void)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	while (processes && (entry = readdir(processes)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
		    parent_of(entry->d_name) == getpid())
			(void)kill(atoi(entry->d_name), SIGKILL);
	if (processes)
		(void)closedir(processes);
}

static bool reap_all(void)
{
	struct nsec end = nsec_after(clock_now(), nsec_from_msec(CLEAN_SECONDS * 1000));
	pid_t pid;

	do {
		kill_children();
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
		if (pid < 0)
			return true;
		test_nap_msec(5);
	} while (!nsec_reached(clock_now(), end));
	return false;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path) < 0 ? -1 : 0;
}

static bool folder_remove(void)
{
	char mounted[96];

	(void)snprintf(mounted, sizeof(mounted), "%s/files", folder);
	(void)umount2(mounted, MNT_DETACH); /* most cases mount nothing there */
	return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

static void print_file(const char *name)
{
	char path[512], line[1024];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%.200s", folder, name);
	file = fopen(path, "r");
	if (!file)
		return;
	printf("--- %s\n", name);
	while (fgets(line, sizeof(line), file))
		printf("    %s", line);
	(void)fclose(file);
}

static void dump(void)
{
	DIR *logs = opendir(folder);
	struct dirent *entry;

	while (logs && (entry = readdir(logs)))
		if (strstr(entry->d_name, ".log"))
			print_file(entry->d_name);
	if (logs)
		(void)closedir(logs);
	cg_scratch_dump();
}

static void read_skip_reason(void)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/skipped", folder);
	file = fopen(path, "r");
	if (!file || !fgets(skip_reason, sizeof(skip_reason), file))
		strcpy(skip_reason, "no reason given");
	if (file)
		(void)fclose(file);
}

/* Waits for the case. Return: its exit status; 128 and more for a signal; -1 past its time. */
static int await(pid_t pid, unsigned int seconds)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	int ready = poll(&end, 1, (int)seconds * 1000);

	(void)close(pidfd);
	if (ready <= 0)
		return -1;
	if (waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static const char *why_not(void)
{
	if (geteuid() != 0)
		return "needs root";
	if (!cg_mount())
		return "needs a cgroup v1 memory hierarchy";
	return NULL;
}

static int case_run(const struct test *test)
{
	unsigned int seconds = test->seconds ? test->seconds : TEST_SECONDS;
	int status = STATUS_FAILED;
	pid_t pid;

	strcpy(folder, "/dev/shm/oomhandlerd-test-XXXXXX");
	if (!mkdtemp(folder) || !cg_scratch_make()) {
		perror("scratch");
		return STATUS_FAILED;
	}
	pid = fork();
	if (pid == 0) {
		/* The watchdog's: a case that puts away what others still need would be one too many. */
		(void)signal(SIGTERM, SIG_DFL);
		(void)signal(SIGINT, SIG_DFL);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		test->run();
		_exit(EXIT_SUCCESS);
	}
	if (pid > 0)
		status = await(pid, seconds);
	if (status < 0)
		printf("%s: still running after %u s\n", test->name, seconds);
	else if (status > 128)
		printf("%s: ended by signal %d\n", test->name, status - 128);
	if (status == STATUS_SKIPPED)
		read_skip_reason();
	else if (status != 0)
		dump();
	return status;
}

static bool case_clean(void)
{
	bool reaped, groups, files;

	freezer_scratch_thaw(); /* what is frozen does not die */
	reaped = reap_all();
	groups = cg_scratch_remove();
	groups = freezer_scratch_remove() && groups;
	files = folder_remove();
	if (!reaped || !groups || !files)
		printf("left behind:%s%s%s\n", reaped ? "" : " processes", groups ? "" : " groups",
		       files ? "" : " files");
	return reaped && groups && files;
}

static void interrupted(int signal_number)
{
	(void)signal_number;
	/* The runner's time is up: what can be done in a signal handler is too little. Clean up and go. */
	(void)case_clean();
	_exit(STATUS_FAILED);
}

int test_main(const struct test *tests, size_t count)
{
	const char *skip = why_not();
	int failed = 0;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	(void)signal(SIGTERM, interrupted);
	(void)signal(SIGINT, interrupted);
	cg_scratch_name((int)getpid());
	for (size_t i = 0; i < count; i++) {
		int status = STATUS_SKIPPED;
		bool clean = true;

		if (!skip) {
			status = case_run(&tests[i]);
			clean = case_clean();
		}
		if (status == STATUS_SKIPPED && clean)
			printf("SKIP %s (%s)\n", tests[i].name, skip ? skip : skip_reason);
		else
			printf("%s %s\n", status == 0 && clean ? "PASS" : "FAIL", tests[i].name);
		failed += (status != 0 && status != STATUS_SKIPPED) || !clean;
	}
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
