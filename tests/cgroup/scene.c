/* See scene.h. */
#include "cgroup/scene.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/test.h"

#define FREE_MSEC 10000
#define SERVED_MSEC 30000
#define LIMIT_MIB 32
#define MEMSW_LIMIT "memory.memsw.limit_in_bytes"
#define MARK "OOMHANDLERD_TEST_SCENE" /* in the environment of all that the scene's daemon starts */

static struct scene scene;
static char scene_own_name[SCENE_NAME_SIZE];
static struct instance instance;
static struct cg web;
static struct task *small, *hog;
static uint64_t found_limit, found_memsw;
static int found_adj;
static pid_t struck; /* the part that was killed, 0 for none */

static uint64_t memsw_get(void)
{
	char path[CG_PATH_SIZE + 64];

	(void)snprintf(path, sizeof(path), "%s/" MEMSW_LIMIT, web.path);
	return access(path, F_OK) == 0 ? cg_get(&web, MEMSW_LIMIT) : 0;
}

static void policy_write(void)
{
	instance_policy(&instance, "50-test", "[Match]\nCgroup=%s\n\n[OnOOM]\n%s", cg_label(&web),
			scene.row->on_oom);
}

/* A daemon that serves nothing yet, so that its parts are known before one of them is stopped. */
static void begin(void)
{
	web = cg_make(scene_own_name, LIMIT_MIB);
	found_limit = cg_get(&web, CG_LIMIT);
	found_memsw = memsw_get();
	small = task_start(&web, "small");
	task_fill(small, 4);
	found_adj = process_oom_score_adj(small->pid);
	hog = task_start(&web, "hog");
	instance = instance_make(scene_own_name);
	instance_policy(&instance, "50-test",
			"[Match]\nCgroup=/no/such/group\n\n[OnOOM]\n" SCENE_KILL);
	expect(setenv(MARK, scene_own_name, 1) == 0);
	instance_start(&instance, (struct instance_options){ .hold = scene.row->point });
	policy_write();
	instance_reload(&instance);
}

static void expect_held(void)
{
	expect_within(15000, instance_held(&instance, scene.row->part));
}

static void begin_armed(void)
{
	begin();
	expect_within(15000, instance_group_is(&instance, &web, "armed"));
}

void scene_reach_arming(void)
{
	begin();
	expect_held();
}

/* The guardian is stopped as well: it would do its duty and end the scene before the blow. */
void scene_reach_asleep(void)
{
	begin_armed();
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	task_touch(hog, 64);
	expect_held();
}

void scene_reach_lent(void)
{
	begin_armed();
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	task_touch(hog, 40);
	expect_held();
}

void scene_reach_rearming(void)
{
	begin_armed();
	task_touch(hog, 64);
	expect_within(10000, task_killed(hog));
	expect_held();
}

/* Nothing can be reclaimed from the hog; its exit is what makes the loan returnable. */
void scene_reach_taking_back(void)
{
	begin_armed();
	task_touch(hog, 40);
	expect_within(10000, task_done(hog));
	task_exit(hog);
	expect_held();
}

void scene_reach_handing_back(void)
{
	begin_armed();
	instance_signal(&instance, PART_HANDLER, SIGSTOP);
	task_touch(hog, 64);
	expect_within(10000, cg_under_oom(&web));
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	expect_held();
}

/* A part that was started anew reads the same environment and stands there once as well: not our scene. */
static bool shepherd(void)
{
	char path[64];
	FILE *file;
	int pid;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)instance.guardian,
		       (int)instance.guardian);
	file = fopen(path, "r");
	while (file && fscanf(file, "%d", &pid) == 1)
		if (process_stopped(pid))
			(void)kill(pid, SIGCONT);
	if (file)
		(void)fclose(file);
	return true;
}

static bool is_free(void)
{
	return !cg_under_oom(&web) && !task_asleep(hog) && (task_exited(hog) || task_done(hog));
}

/* The page may be one of before the blow: then it still names the part that was killed. */
static bool is_served(void)
{
	return shepherd() && cg_killer_off(&web) && instance_group_is(&instance, &web, "armed") &&
	       instance_pid(&instance, scene.row->part) != struck;
}

static void expect_served_again(struct nsec blow, unsigned int free_msec)
{
	expect_within(SERVED_MSEC, is_served());
	test_note("%s: free %u ms after the blow, served after %u ms", scene_own_name, free_msec,
		  test_msec_since(blow));
}

/* The kernel does not tell whom it has killed. */
static bool is_recorded(const struct task *victim)
{
	struct json_object *record = instance_record_of(&instance, victim);

	if (strcmp(scene.row->on_oom, SCENE_KERNEL) != 0)
		return record && strcmp(json_text(record, "kind"), "resolved") == 0;
	record = instance_record(&instance, &web);
	return record && strcmp(json_text(record, "kind"), "handed-back") == 0;
}

/* A loan is out for two seconds; then the group has the limit it was found with. */
static void expect_next_resolved(void)
{
	struct task *next;

	if (!task_exited(hog))
		task_exit(hog);
	expect_within(SERVED_MSEC, shepherd() && task_exited(hog));
	expect_within(SERVED_MSEC, shepherd() && cg_get(&web, CG_LIMIT) == found_limit);
	expect_within(SERVED_MSEC, is_served());
	next = task_start(&web, "next");
	task_touch(next, 128);
	expect_within(FREE_MSEC, shepherd() && task_killed(next) && !cg_under_oom(&web));
	expect_within(15000, shepherd() && is_recorded(next));
}

static bool lock_is_free(void)
{
	int directory = open(web.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_free_now = flock(directory, LOCK_EX | LOCK_NB) == 0;

	(void)close(directory);
	return is_free_now;
}

/* Our own environment and that of the tasks has no mark: it was set after they were started. */
static bool process_has_mark(const char *pid)
{
	char path[300], mark[128], text[65536];
	size_t length;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	(void)snprintf(mark, sizeof(mark), MARK "=%s", scene_own_name);
	file = fopen(path, "r");
	length = file ? fread(text, 1, sizeof(text), file) : 0;
	if (file)
		(void)fclose(file);
	return memmem(text, length, mark, strlen(mark) + 1) != NULL;
}

/* Zombies have no environment: they wait for the watchdog to reap them. */
static bool nobody_left(void)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	expect(processes);
	while (!found && (entry = readdir(processes)))
		found = process_has_mark(entry->d_name);
	(void)closedir(processes);
	return !found;
}

static void expect_as_found(void)
{
	expect(cg_is_free(&web));
	expect(cg_get(&web, CG_LIMIT) == found_limit);
	expect(memsw_get() == found_memsw);
	expect(!cg_has_attribute(&web));
	expect(lock_is_free());
	expect_within(10000, nobody_left());
	expect(!task_exited(small));
	expect(process_oom_score_adj(small->pid) == found_adj);
}

void scene_name(struct scene which, char name[static SCENE_NAME_SIZE])
{
	(void)snprintf(name, SCENE_NAME_SIZE, "%s-%s", which.row->point,
		       which.killed ? "killed" : "continued");
}

static void scene_open(struct scene play)
{
	scene = play;
	scene_name(scene, scene_own_name);
}

/* Return: the moment of the blow. A guardian that was stopped for the scene's sake goes on with it. */
static struct nsec strike(void)
{
	struct nsec blow = clock_now();
	enum part part = scene.row->part;

	if (part == PART_GUARDIAN) {
		expect(kill(instance.guardian, scene.killed ? SIGKILL : SIGCONT) == 0);
		return blow;
	}
	struck = scene.killed ? instance_pid(&instance, part) : 0;
	instance_signal(&instance, part, scene.killed ? SIGKILL : SIGCONT);
	expect(kill(instance.guardian, SIGCONT) == 0);
	return blow;
}

void scene_play_served_again(struct scene play)
{
	struct nsec blow;
	unsigned int free_msec;

	scene_open(play);
	scene.row->reach();
	blow = strike();
	expect_within(FREE_MSEC, is_free());
	free_msec = test_msec_since(blow);
	expect_served_again(blow, free_msec);
	expect_next_resolved();
	expect(instance_stop(&instance) == 0);
	expect_as_found();
}

/* Only the supervisor is left, and goes by itself; the service manager hands back. */
void scene_play_handed_back(struct scene play)
{
	struct nsec blow;
	pid_t pid;

	scene_open(play);
	scene.row->reach();
	blow = strike();
	expect_within(5000, waitpid(instance.guardian, NULL, WNOHANG) == instance.guardian);
	instance.guardian = 0;
	pid = hand_back_start(&instance);
	expect_within(FREE_MSEC, is_free());
	test_note("%s: free %u ms after the blow", scene_own_name, test_msec_since(blow));
	hand_back_expect(&instance, pid);
	expect_as_found();
}
