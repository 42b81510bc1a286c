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
#include "shared/source.h"

#define OUTCOME_RECORDS 256 /* a power of two */
#define OUTCOME_CANDIDATES 32 /* the first of the ranking; the count of all is in the record */
#define OUTCOME_VICTIMS 16
#define OUTCOME_STEPS 16

enum board_state {
	BOARD_ABSENT, /* the handler has no descriptors of it */
	BOARD_HELD, /* at the ready, kernel's killer in charge */
	BOARD_ARMED,
	BOARD_EPISODE, /* armed and running out of memory */
	BOARD_HANDED_BACK, /* the kernel's killer is in charge until it is safe to arm again */
	BOARD_FAILED, /* a knob refused: see error */
	BOARD_STRANDED, /* armed and out of memory, with nobody the kernel could kill: not handed back */
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
	_Atomic uint64_t alloc_failures; /* times charges failed for good without a sleeper */
	/* A hook is wanted when this differs from roster.hook_answered: step and victim are set before. */
	_Atomic uint32_t hook_wanted; /* number; grows */
	_Atomic uint32_t hook_step; /* index in the policy */
	_Atomic uint32_t hook_victim; /* pid, 0: nobody could be chosen */
	_Atomic uint32_t padding;
};

struct source_board {
	_Atomic uint32_t state; /* enum source_state */
	_Atomic uint32_t error; /* errno of the last failure, 0: none so far */
	_Atomic uint64_t
		tried_nsec; /* last, by an episode or the self-test; CLOCK_MONOTONIC; 0: never */
	_Atomic uint64_t uses;
	_Atomic uint64_t failures;
};

enum outcome_kind {
	OUTCOME_RESOLVED, /* by our step; the group runs on */
	OUTCOME_PASSED, /* ended by itself before a step did anything */
	OUTCOME_HANDED_BACK, /* the kernel's killer was given the episode */
	OUTCOME_UNRESOLVED, /* handed back, and even the kernel did not end it: alarm */
	OUTCOME_GROUP_GONE,
	OUTCOME_FOREIGN, /* sleepers because of an ancestor whose killer somebody else switched off */
	OUTCOME_DRY_RUN,
	OUTCOME_ALLOC_FAILURE, /* charges failed without a sleeper; reported, nothing was done */
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
	OUTCOME_TIER_NEVER_PROTECTED, /* a Protect= rule */
	OUTCOME_TIER_NEVER_SHIM,
	OUTCOME_TIER_UNKNOWN, /* never as well: a member without facts may be any of the above */
	OUTCOME_TIER_SHARER, /* goes with the one that stands for all processes of its memory */
	OUTCOME_TIER_TRIED, /* signalled before in this episode */
	OUTCOME_TIER_PREFER, /* the one above is preferred, this one is not */
	OUTCOME_TIER_AVOID, /* this one is avoided, the one above is not */
	OUTCOME_TIER_UNIT, /* its child group uses less */
	OUTCOME_TIER_AGE, /* Order=newest or oldest */
	OUTCOME_TIER_OOM_SCORE, /* Order=oom-score: less badness */
	OUTCOME_TIER_MEMORY, /* less memory than the one above */
	OUTCOME_TIER_PID, /* same memory, lower pid: the unique last tie-break */
	OUTCOME_TIER_COUNT,
};

struct outcome_candidate {
	uint32_t pid;
	uint32_t uid;
	int32_t oom_score_adj;
	uint32_t tier; /* enum outcome_tier: what put it behind the one above */
	uint32_t flags; /* enum fact_flag */
	uint32_t sharers; /* other processes of the same memory, killed along with it */
	uint32_t rule; /* number of the rule that gave its tier or lifted it, from 1; 0: none */
	uint32_t rule_list; /* enum rule_list */
	char comm[FACTS_COMM_SIZE]; /* raw: hostile */
	char exe[FACTS_EXE_SIZE]; /* raw; empty: not known */
	uint64_t start_nsec; /* CLOCK_BOOTTIME */
	uint64_t vm_size;
	uint64_t rss; /* bytes: anon + file + shmem */
	uint64_t file; /* part of rss */
	uint64_t shmem; /* part of rss */
	uint64_t swap;
	uint64_t page_tables;
	int64_t badness; /* the kernel's, in pages, for the limit that was hit */
	uint64_t inode; /* its group */
};

enum outcome_victim_end {
	OUTCOME_VICTIM_WAITING,
	OUTCOME_VICTIM_EXITED,
	OUTCOME_VICTIM_OUTLIVED, /* did not die in time; the next one was taken */
	OUTCOME_VICTIM_REFUSED, /* the signal could not be sent: error */
	OUTCOME_VICTIM_SPARED, /* dry run: it would have been killed */
	OUTCOME_VICTIM_END_COUNT,
};

struct outcome_victim {
	struct outcome_candidate who;
	uint32_t end; /* enum outcome_victim_end */
	uint32_t error; /* errno of the signal, 0 */
	uint32_t signal_number; /* 0: marked for the kernel's killer */
	uint32_t method; /* enum kill_method */
	uint64_t signalled_nsec; /* since the trigger */
	uint64_t exited_nsec; /* since the trigger, 0: not seen */
};

enum outcome_step_result {
	OUTCOME_STEP_RUNNING,
	OUTCOME_STEP_DONE,
	OUTCOME_STEP_FAILED,
	OUTCOME_STEP_TIMED_OUT,
	OUTCOME_STEP_WOULD, /* dry run: it would have been taken */
	OUTCOME_STEP_OVER_BUDGET, /* KillBudget= or HostKillBudget= is used up */
	OUTCOME_STEP_RESULT_COUNT,
};

struct outcome_step {
	uint32_t kind; /* enum step_kind */
	uint32_t result; /* enum outcome_step_result */
	uint32_t error; /* errno, 0 */
	uint32_t count; /* kill-group: processes signalled; terminate: slices lent */
	uint64_t begun_nsec; /* since the trigger */
	uint64_t ended_nsec;
	uint64_t amount; /* raise-limit, terminate: the new limit in bytes */
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
	uint32_t policy_index; /* in the roster, where the texts of its rules are while ... */
	uint32_t policy_version; /* ... this is still theirs */
	/* trigger */
	uint64_t trigger_nsec; /* CLOCK_MONOTONIC */
	uint64_t limit;
	uint64_t usage;
	uint64_t failcnt; /* rise since the last calm look */
	uint32_t memsw; /* 1: it was the limit of memory and swap */
	uint32_t by_sweep; /* 1: found by looking, no event told of it */
	uint32_t by_alloc_failure; /* 1: nobody slept; charges failed */
	uint32_t
		last_resort; /* 1: nobody the kernel could kill; the policy's last resort was taken */
	uint64_t failcnt_total;
	uint64_t memsw_limit; /* UINT64_MAX: no swap accounting, or no limit */
	uint64_t memsw_usage;
	uint64_t memsw_failcnt_total;
	struct facts_memory
		memory; /* memory.stat at the trigger; sampled_nsec 0: it did not come in time */
	/* decision */
	uint32_t candidates; /* processes of the subtree that were ranked */
	uint32_t eligible; /* of these, not in a never tier */
	uint32_t listed; /* entries of candidate[] */
	uint32_t
		facts_missed; /* processes that were not read, or found no room: the smallest ones */
	uint32_t asleep; /* of these, those waiting in the OOM (FACT_ASLEEP) */
	uint32_t order; /* enum policy_order */
	uint32_t unit; /* enum policy_unit */
	uint32_t source; /* enum source: where all this is from */
	uint32_t source_failed; /* enum source of a better one that failed, if source_error */
	uint32_t source_error; /* errno, 0: none failed */
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
	struct source_board sources[SOURCE_COUNT];
	struct source_board kill; /* KILL_METHOD_BPF */
	_Atomic uint32_t iterators_read; /* one-shot descriptors used up */
	struct ring ring;
	_Atomic uint64_t dropped;
	struct outcome records[OUTCOME_RECORDS];
};
