/*
 * A policy as the handler sees it: plain data of fixed size, compiled by settings/policy_file.c from a
 * *.policy file. Matching against control group names is done before it gets here. What to do stands in
 * struct policy, of which an episode keeps a copy; whom to do it to in struct policy_rules, which is
 * larger and read anew for each decision.
 *
 * Owner: the supervisor, in the roster.
 */
#pragma once

#include <stdint.h>

#include "base/units.h"

#define POLICY_NAME_SIZE 64
#define POLICY_STEPS 12
#define POLICY_SOCKET_SIZE 108 /* of a path: sizeof(sun_path), unix(7) */

enum policy_mode {
	POLICY_ENFORCE,
	POLICY_DRY_RUN, /* never arms; says what it would have done beside what the kernel did */
	POLICY_IGNORE,
	POLICY_MODE_COUNT,
};

/* What ranks processes that no rule tells apart. */
enum policy_order {
	POLICY_ORDER_MEMORY, /* more memory goes first */
	POLICY_ORDER_NEWEST,
	POLICY_ORDER_OLDEST,
	POLICY_ORDER_OOM_SCORE, /* the kernel's badness, oom_score_adj included */
	POLICY_ORDER_COUNT,
};

enum policy_unit {
	POLICY_UNIT_PROCESS,
	POLICY_UNIT_GROUP, /* first the child group with the largest use, then its processes */
	POLICY_UNIT_COUNT,
};

/* Charges that fail with ENOMEM and put nobody to sleep. */
enum policy_alloc_failure {
	POLICY_ALLOC_FAILURE_REPORT,
	POLICY_ALLOC_FAILURE_STEPS,
	POLICY_ALLOC_FAILURE_COUNT,
};

/* Where not even the kernel may kill anybody. */
enum policy_last_resort {
	POLICY_LAST_RESORT_ALARM, /* they stay asleep, and it is said loudly */
	POLICY_LAST_RESORT_KILL, /* oom_score_adj -1000 is no longer a reason */
	POLICY_LAST_RESORT_COUNT,
};

enum step_kind {
	STEP_KILL,
	STEP_RAISE_LIMIT,
	STEP_KERNEL,
	STEP_TERMINATE,
	STEP_KILL_GROUP,
	STEP_FREEZE,
	STEP_HOOK,
	STEP_KIND_COUNT,
};

enum step_via {
	STEP_VIA_SIGNAL,
	STEP_VIA_KERNEL, /* our choice is marked, and the kernel's killer takes it */
	STEP_VIA_COUNT,
};

/* Bytes, or a percentage of the limit found before the first loan. */
struct amount {
	uint64_t value;
	uint32_t percent; /* 1: @value is a percentage */
	uint32_t padding;
};

struct policy_step {
	uint32_t kind; /* enum step_kind */
	uint32_t via; /* kill: enum step_via */
	uint32_t signal_number; /* terminate */
	uint32_t padding;
	struct amount by; /* raise-limit: one loan */
	struct amount
		max; /* raise-limit: the limit is never raised above this; 0: twice the saved limit */
	struct amount reserve; /* terminate: lent while the grace runs */
	struct nsec hold_for; /* raise-limit: taken back after this time; freeze: thawed */
	struct nsec
		timeout; /* kill: the next candidate after this time; kill-group, hook: the next step */
	struct nsec grace; /* terminate: the next step after this time */
	char socket[POLICY_SOCKET_SIZE]; /* hook: of whoever is asked; raw */
	uint32_t padding2;
};

/* At most @kills in @window; @kills 0: no bound. */
#define POLICY_BUDGET_MAX 32
struct kill_budget {
	struct nsec window;
	uint32_t kills;
	uint32_t padding;
};

struct policy {
	char name[POLICY_NAME_SIZE]; /* the file's name without .policy, escaped */
	uint32_t version; /* of the policy's rules that belong to it; rises with every reload */
	uint32_t mode; /* enum policy_mode */
	uint32_t order; /* enum policy_order */
	uint32_t unit; /* enum policy_unit */
	uint32_t spare_adj; /* 1: oom_score_adj -1000 means never (ProtectAdj=) */
	uint32_t alloc_failure; /* enum policy_alloc_failure */
	uint32_t last_resort; /* enum policy_last_resort */
	uint32_t step_count; /* the last step is always STEP_KERNEL: the parser appends it */
	struct policy_step step[POLICY_STEPS];
	struct nsec deadline; /* of a whole episode */
	struct kill_budget budget; /* of one group */
};

_Static_assert(sizeof(struct policy) % 8 == 0, "copied in words by sequence_load()");

/*
 * A pattern over bytes, as an automaton: state n is "n tokens matched", a bit each. A token is one byte,
 * literal or any; between tokens may stand "any number of bytes". Compiled by ranking/compile.h, run by
 * ranking/pattern.h.
 */
#define PATTERN_TOKENS 63

struct pattern {
	uint64_t low[16]; /* tokens that take a byte with this lower half, ... */
	uint64_t high[16]; /* ... and those that take one with this upper half: both must */
	uint64_t stay; /* states that any byte leaves as they are (a star stands there) */
	uint64_t stay_in_component; /* ... any byte but a slash */
	uint64_t no_slash; /* tokens that do not take a slash though they take any byte */
	uint64_t accept; /* the bit of the last state */
};

enum rule_list {
	RULE_PREFER,
	RULE_AVOID,
	RULE_PROTECT,
	RULE_SHIM, /* container runtime shims: never chosen while they are small */
	RULE_LIST_COUNT,
};

enum rule_kind {
	RULE_COMM,
	RULE_EXE,
	RULE_CMDLINE,
	RULE_CGROUP, /* path below the hierarchy's root */
	RULE_UID,
	RULE_ADJ,
	RULE_KIND_COUNT,
};

#define POLICY_RULES 32
#define RULE_TEXT_SIZE 72

struct policy_rule {
	uint32_t list; /* enum rule_list */
	uint32_t kind; /* enum rule_kind */
	int64_t first; /* RULE_UID, RULE_ADJ: the range, both ends belong to it */
	int64_t last;
	struct pattern pattern; /* the other kinds */
	char text[RULE_TEXT_SIZE]; /* as the file says it, escaped; may be cut */
};

struct policy_rules {
	uint32_t version; /* see struct policy */
	uint32_t count;
	struct policy_rule rule[POLICY_RULES]; /* in the order of the file within a list */
};

_Static_assert(sizeof(struct policy_rules) % 8 == 0, "copied in words by sequence_load()");
