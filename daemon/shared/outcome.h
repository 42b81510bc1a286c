/*
 * What the handler says: a board with the present state of every slot, and a ring of records, one per
 * episode. Handler → supervisor. A full ring drops the record and counts it; the handler never waits.
 *
 * Writers: the handler's loop; of board.held the handler's adopt thread.
 */
#pragma once

#include "base/ring.h"
#include "shared/facts.h"
#include "shared/policy.h"

#define OUTCOME_RECORDS 256 /* a power of two */
#define OUTCOME_CANDIDATES 16 /* the first of the ranking; the count of all is in the record */
#define OUTCOME_VICTIMS 8
#define OUTCOME_STEPS 16

enum board_state {
	BOARD_ABSENT, /* the handler has no descriptors of it */
	BOARD_HELD, /* at the ready, kernel's killer in charge */
	BOARD_ARMED,
	BOARD_EPISODE, /* armed and running out of memory */
	BOARD_HANDED_BACK, /* the kernel's killer is in charge until it is safe to arm again */
	BOARD_FAILED, /* a knob refused: see error */
	BOARD_STATE_COUNT,
};

struct board_slot {
	_Atomic uint32_t held; /* roster generation whose descriptors the handler has; 0: none */
	_Atomic uint32_t state; /* enum board_state */
	_Atomic uint32_t error; /* errno of the last knob that refused, 0 */
	_Atomic uint32_t
		members_read; /* one-shot descriptors used up, since the group was adopted */
	_Atomic uint64_t
		wanted_nsec; /* facts of this subtree from this time or later are asked for */
	_Atomic uint64_t rearm_nsec; /* handed back: not armed again before; 0: not decided */
	_Atomic uint64_t episodes;
	_Atomic uint64_t kills;
	_Atomic uint64_t hand_backs;
};

enum outcome_kind {
	OUTCOME_RESOLVED, /* by our step; the group runs on */
	OUTCOME_PASSED, /* ended by itself before a step did anything */
	OUTCOME_HANDED_BACK, /* the kernel's killer was given the episode */
	OUTCOME_UNRESOLVED, /* handed back, and even the kernel did not end it: alarm */
	OUTCOME_GROUP_GONE,
	OUTCOME_FOREIGN, /* sleepers because of an ancestor whose killer somebody else switched off */
	OUTCOME_DRY_RUN,
	OUTCOME_KIND_COUNT,
};

/* How the end was known (KERNEL.md K2): under_oom alone proves it only while the group is armed. */
enum outcome_proof {
	OUTCOME_PROOF_NONE,
	OUTCOME_PROOF_LEVEL, /* under_oom 0 for the settling time, armed */
	OUTCOME_PROOF_KILLS, /* oom_kill of the subtree rose */
	OUTCOME_PROOF_CALM, /* failcnt stood still with usage below the limit */
	OUTCOME_PROOF_COUNT,
};

/* Why a candidate stands where it stands; the tiers are in the order of comparison. */
enum outcome_tier {
	OUTCOME_TIER_FIRST, /* best candidate */
	OUTCOME_TIER_NEVER_KERNEL_THREAD,
	OUTCOME_TIER_NEVER_INIT,
	OUTCOME_TIER_NEVER_OURS,
	OUTCOME_TIER_NEVER_DYING,
	OUTCOME_TIER_NEVER_ADJ,
	OUTCOME_TIER_NEVER_SHIM,
	OUTCOME_TIER_UNKNOWN, /* never as well: a member without facts may be any of the above */
	OUTCOME_TIER_TRIED, /* signalled before in this episode */
	OUTCOME_TIER_MEMORY, /* less memory than the one above */
	OUTCOME_TIER_PID, /* same memory, lower pid: the unique last tie-break */
	OUTCOME_TIER_COUNT,
};

struct outcome_candidate {
	uint32_t pid;
	uint32_t uid;
	int32_t oom_score_adj;
	uint32_t tier; /* enum outcome_tier: what put it behind the one above */
	char comm[FACTS_COMM_SIZE]; /* raw: hostile */
	uint64_t rss; /* bytes: anon + file + shmem */
	uint64_t swap;
	uint64_t page_tables;
	uint64_t inode; /* its group */
};

enum outcome_victim_end {
	OUTCOME_VICTIM_WAITING,
	OUTCOME_VICTIM_EXITED,
	OUTCOME_VICTIM_OUTLIVED, /* did not die in time; the next one was taken */
	OUTCOME_VICTIM_REFUSED, /* the signal could not be sent: error */
	OUTCOME_VICTIM_SPARED, /* dry run: it would have been killed */
};

struct outcome_victim {
	struct outcome_candidate who;
	uint32_t end; /* enum outcome_victim_end */
	uint32_t error; /* errno of the signal, 0 */
	uint64_t signalled_nsec; /* since the trigger */
	uint64_t exited_nsec; /* since the trigger, 0: not seen */
};

enum outcome_step_result {
	OUTCOME_STEP_RUNNING,
	OUTCOME_STEP_DONE,
	OUTCOME_STEP_FAILED,
	OUTCOME_STEP_TIMED_OUT,
	OUTCOME_STEP_WOULD, /* dry run: it would have been taken */
};

struct outcome_step {
	uint32_t kind; /* enum step_kind */
	uint32_t result; /* enum outcome_step_result */
	uint32_t error; /* errno, 0 */
	uint32_t padding;
	uint64_t begun_nsec; /* since the trigger */
	uint64_t ended_nsec;
	uint64_t amount; /* raise-limit: the new limit in bytes */
};

struct outcome {
	uint64_t sequence; /* of this handler generation, from 1 */
	uint32_t handler_generation;
	uint32_t kind; /* enum outcome_kind */
	uint32_t slot;
	uint32_t slot_generation;
	uint64_t inode;
	uint64_t limit_inode; /* the group whose limit was hit */
	char policy[POLICY_NAME_SIZE];
	/* trigger */
	uint64_t trigger_nsec; /* CLOCK_MONOTONIC */
	uint64_t limit;
	uint64_t usage;
	uint64_t failcnt; /* rise since the last calm look */
	uint32_t memsw; /* 1: it was the limit of memory and swap */
	uint32_t by_sweep; /* 1: found by looking, no event told of it */
	/* decision */
	uint32_t candidates; /* processes of the subtree that were ranked */
	uint32_t eligible; /* of these, not in a never tier */
	uint32_t listed; /* entries of candidate[] */
	uint32_t facts_missed;
	uint64_t facts_age_nsec;
	uint64_t decided_nsec; /* since the trigger */
	struct outcome_candidate candidate[OUTCOME_CANDIDATES];
	/* action */
	uint32_t victims;
	uint32_t steps;
	struct outcome_victim victim[OUTCOME_VICTIMS];
	struct outcome_step step[OUTCOME_STEPS];
	/* end */
	uint32_t proof; /* enum outcome_proof */
	uint32_t error;
	uint64_t resolved_nsec; /* since the trigger: when the calm that lasted began */
	uint64_t usage_after;
	uint64_t kernel_kills; /* rise of oom_kill in the subtree */
	uint64_t
		page_faults; /* of the handler's loop since it was pinned; anything but 0 is a bug */
};

struct outcomes {
	struct board_slot board[ROSTER_SLOTS];
	struct ring ring;
	_Atomic uint64_t dropped;
	struct outcome records[OUTCOME_RECORDS];
};
