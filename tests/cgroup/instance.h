/*
 * A private instance of the daemon: own runtime, policy and state folders, own log; and what can be seen
 * of it from outside: its status page, its records, its command line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <json-c/json.h>

#include "cgroup/cg.h"
#include "cgroup/task.h"

enum part {
	PART_GUARDIAN,
	PART_HANDLER,
	PART_SUPERVISOR,
};

struct instance {
	pid_t guardian; /* 0: not running */
	char runtime[128];
	char policies[128];
	char state[128];
	char config[128];
	char log[128];
};

struct instance_options {
	const char *hold; /* runs the build with hold points, with these armed */
	bool hold_build; /* the build with hold points, none armed */
	bool dry_run;
	bool fail_kernel_gate;
};

/* Folders and an empty configuration; @name tells two instances apart. */
struct instance instance_make(const char *name);

/* Writes or replaces the configuration: the lines of its section [Supervisor]. */
void instance_configure(const struct instance *instance, const char *lines);

/* Writes or replaces the policy file @name.policy; takes effect at start or reload. */
void instance_policy(const struct instance *instance, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A policy for all groups of the test, nested ones included, with these [OnOOM] lines. */
void instance_policy_all(const struct instance *instance, const char *on_oom);
/* ... and these of [Victim]. */
void instance_policy_victims(const struct instance *instance, const char *victim,
			     const char *on_oom);

/* Starts it and waits until its first status page is there. */
void instance_start(struct instance *instance, struct instance_options options);

/* Starts it, expects it to end by itself. Return: its exit status. */
int instance_run(struct instance *instance, struct instance_options options);

/* SIGTERM, and waits for the end. Return: its exit status. */
int instance_stop(struct instance *instance);
void instance_reload(const struct instance *instance);

/* As instance_start(), then waits until @cg is armed. The usual beginning. */
void instance_start_armed(struct instance *instance, const struct cg *cg);

/* SIGKILL to every part at once, and waits until all are gone. */
void instance_kill_all(struct instance *instance);

/* Starts `oomhandlerd --hand-back`; what it prints goes to the log. */
pid_t hand_back_start(const struct instance *instance);
/* Waits for its end, and expects it to have freed all groups of this test. */
void hand_back_expect(const struct instance *instance, pid_t pid);

pid_t instance_pid(const struct instance *instance, enum part part);
/* The part has reached its hold point. */
bool instance_held(const struct instance *instance, enum part part);
void instance_signal(const struct instance *instance, enum part part, int signal_number);

/* The status page as it is now; NULL while there is none. Never freed: a case lives for seconds. */
struct json_object *instance_page(const struct instance *instance);

/* The entry of @cg on the status page, NULL without one. */
struct json_object *instance_group(const struct instance *instance, const struct cg *cg);
bool instance_group_is(const struct instance *instance, const struct cg *cg, const char *state);

/* The newest record about @cg, NULL without one; the one with @victim among its victims. */
struct json_object *instance_record(const struct instance *instance, const struct cg *cg);
struct json_object *instance_record_of(const struct instance *instance, const struct task *victim);
/* Number of records about @cg. */
unsigned int instance_records(const struct instance *instance, const struct cg *cg);

/* Runs oomhandlerctl. Return: its exit status; @text holds what it printed, errors included. */
int instance_ctl(const struct instance *instance, char text[static 65536], const char *verb,
		 const char *argument);

/* Does the log hold @text? */
bool instance_logged(const struct instance *instance, const char *text);

/* A value by its path, "victims.0.pid"; NULL, "" or 0 where there is none. */
struct json_object *json_at(struct json_object *object, const char *path);
const char *json_text(struct json_object *object, const char *path);
int64_t json_number(struct json_object *object, const char *path);

/* Path of one of the four programs in the plain or the hold build. */
void program_path(const char *name, bool hold_build, char path[static 512]);
/* Descriptors a process has open. */
unsigned int process_descriptors(pid_t pid);
int process_oom_score_adj(pid_t pid);

/**
 * witness_killed() - the three witnesses: who died, what the record says, what the command line prints
 * @cg: the group whose limit was hit
 */
void witness_killed(const struct instance *instance, const struct cg *cg, struct task *victim);
