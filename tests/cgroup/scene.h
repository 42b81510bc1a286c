/*
 * A scene: one part of the daemon is brought to one hold point (base/hold.h) and stands; it is struck;
 * and what must be true afterwards is looked at. One scene per process: it keeps its state to itself.
 *
 *     scratch
 *     └── POINT-killed, POINT-continued (32 MiB, armed)    small, hog, next
 */
#pragma once

#include <stdbool.h>

#include "cgroup/instance.h"

#define SCENE_KILL "Step=kill\nDeadline=30s\n"
#define SCENE_LEND "Step=raise-limit by=16M max=64M for=2s\nStep=kill\nDeadline=30s\n"
#define SCENE_KERNEL "Step=kernel\n"
#define SCENE_NAME_SIZE 64

struct scene_row {
	const char *point;
	enum part part; /* that reaches it */
	const char *on_oom; /* the policy's lines */
	void (*reach)(void); /* up to the moment of the blow: the part stands at the point */
};

/* What is struck by a signal: SIGKILL, or SIGCONT, as after a machine was paused. */
struct scene {
	const struct scene_row *row;
	bool killed; /* else continued */
};

/* The ways to a hold point. */
void scene_reach_arming(void);
void scene_reach_asleep(void);
void scene_reach_lent(void);
void scene_reach_rearming(void);
void scene_reach_taking_back(void);
void scene_reach_handing_back(void);

void scene_name(struct scene scene, char name[static SCENE_NAME_SIZE]);

/* The OOM ends, the group is served again, the next OOM is resolved, and a stop leaves all as found. */
void scene_play_served_again(struct scene scene);

/* For the guardian's death: the OOM ends with --hand-back, which leaves all as found. */
void scene_play_handed_back(struct scene scene);
