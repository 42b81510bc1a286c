/*
 * The roster: which control groups exist for us, how they hang together, what is wanted of each, and
 * the policies. Supervisor → handler, guardian.
 *
 * A slot is a managed group, an ancestor of one (the root excepted) or a descendant of one: with the
 * relatives in the table the handler finds which limit was hit and who lives in a subtree without ever
 * walking a file system. Identity is the directory's inode; a path is only a label, which the
 * supervisor alone knows.
 *
 * A registration of an eventfd can only be ended by closing the eventfd, which the pool never does. So a
 * group that was registered once keeps its slot until it is removed, whatever becomes of its policy;
 * otherwise every release and arm would add one more signal per event.
 *
 * Writer: the supervisor. A slot is free while its generation is 0; a slot that is used again gets a
 * new generation, so that whoever still names the old one notices.
 */
#pragma once

#include <errno.h>

#include "base/sequence.h"
#include "shared/knobs.h"
#include "shared/policy.h"

#define ROSTER_SLOTS 4096 /* 10 descriptors each: RLIMIT_NOFILE ends it earlier on most hosts */
#define ROSTER_POLICIES 128 /* of one configuration */
#define ROSTER_BANKS 2 /* a reload fills the bank that is not in use */
#define ROSTER_NO_SLOT UINT32_MAX
#define ROSTER_PATH_SIZE 256 /* a longer one is left empty: no cgroup: rule applies then */

enum roster_role {
	ROSTER_ANCESTOR, /* read only: its knobs are never written */
	ROSTER_DESCENDANT, /* unmanaged below a managed one: never armed, an inherited 1 is set to 0 */
	ROSTER_MANAGED,
};

enum roster_want {
	ROSTER_WANT_HELD, /* descriptors at the ready, kernel's killer as it was found */
	ROSTER_WANT_ARMED,
	ROSTER_WANT_GONE, /* forget it: the group was removed, or we no longer care */
};

struct roster_slot {
	uint32_t generation; /* 0: free */
	uint32_t parent; /* slot of the nearest group above that has one, ROSTER_NO_SLOT for none */
	uint64_t inode;
	uint32_t role; /* enum roster_role */
	uint32_t want; /* enum roster_want */
	uint32_t policy; /* index into roster.policy, bank included; of managed slots only */
	uint32_t
		vouched; /* pulse.supervisor_generation of who last saw the group and its children */
	uint32_t loan_returned; /* ledger_cell.loan that has been taken back in full */
	uint32_t
		registered; /* 1: an eventfd may be registered; set before, cleared when that failed */
	struct knob_values saved; /* as in the attribute on the group (saved.h) */
};

_Static_assert(sizeof(struct roster_slot) % 8 == 0, "copied in words by sequence_load()");

struct roster_path {
	_Alignas(8) char text
		[ROSTER_PATH_SIZE]; /* below the hierarchy's root, raw; copied in words */
};

/* What holds for the whole host; bytes and counts as the supervisor has resolved percentages. */
struct roster_host {
	_Atomic uint64_t loan_cap; /* of all loans together */
	_Atomic uint64_t min_available; /* no loan may take MemAvailable below this */
	_Atomic uint64_t budget_window_nsec;
	_Atomic uint32_t budget_kills; /* of all groups together in the window; 0: no bound */
	_Atomic uint32_t source; /* enum source: the best one that may be used */
};

struct roster {
	struct {
		struct sequence sequence;
		struct roster_slot slot;
	} slots[ROSTER_SLOTS];
	struct {
		struct sequence sequence;
		struct policy policy;
	} policies[ROSTER_BANKS * ROSTER_POLICIES];
	struct {
		struct sequence sequence;
		struct policy_rules rules;
	} rules[ROSTER_BANKS * ROSTER_POLICIES]; /* with the index of their policy */
	/* Only for cgroup: rules. A label, not an identity: a renamed group has its new name here soon. */
	struct {
		struct sequence sequence;
		struct roster_path path;
	} paths[ROSTER_SLOTS];
	struct roster_host host;
	struct {
		_Atomic uint32_t
			answered; /* board.hook_wanted that has its answer; set after @error */
		_Atomic uint32_t error; /* errno, 0: it was told and has ended */
	} hooks[ROSTER_SLOTS];
	/* ledger_cell.loan of the freeze that stands on the group's attribute: not before may it freeze. */
	_Atomic uint32_t freezes[ROSTER_SLOTS];
	_Atomic uint32_t slots_used; /* all slots from here on are free */
	_Atomic uint32_t changes; /* slots written so far: tells a reader whether there is news */
};

/**
 * roster_read() - a consistent copy of one slot
 *
 * Context: any reader; no system call, bounded retries.
 * Errors:  -EAGAIN when the supervisor died or is stopped in the middle of writing it.
 */
static inline int roster_read(const struct roster *roster, uint32_t slot,
			      struct roster_slot *ret_slot)
{
	return sequence_load(&roster->slots[slot].sequence, ret_slot, &roster->slots[slot].slot,
			     sizeof(*ret_slot));
}

/* Supervisor only. */
static inline void roster_write(struct roster *roster, uint32_t slot,
				const struct roster_slot *source)
{
	sequence_store(&roster->slots[slot].sequence, &roster->slots[slot].slot, source,
		       sizeof(*source));
	atomic_fetch_add(&roster->changes, 1);
}

/* As roster_read(), for a policy. */
static inline int roster_read_policy(const struct roster *roster, uint32_t policy,
				     struct policy *ret_policy)
{
	if (policy >= ROSTER_BANKS * ROSTER_POLICIES)
		return -EINVAL;
	return sequence_load(&roster->policies[policy].sequence, ret_policy,
			     &roster->policies[policy].policy, sizeof(*ret_policy));
}

/* Supervisor only, and only in the bank no slot refers to. */
static inline void roster_write_policy(struct roster *roster, uint32_t policy,
				       const struct policy *source)
{
	sequence_store(&roster->policies[policy].sequence, &roster->policies[policy].policy, source,
		       sizeof(*source));
}

/* As roster_read_policy(), for its rules: -ESTALE when they are not those of @version any more. */
static inline int roster_read_rules(const struct roster *roster, uint32_t policy, uint32_t version,
				    struct policy_rules *ret_rules)
{
	int ret;

	if (policy >= ROSTER_BANKS * ROSTER_POLICIES)
		return -EINVAL;
	ret = sequence_load(&roster->rules[policy].sequence, ret_rules,
			    &roster->rules[policy].rules, sizeof(*ret_rules));
	return ret == 0 && ret_rules->version != version ? -ESTALE : ret;
}

/* Supervisor only; as roster_write_policy(). */
static inline void roster_write_rules(struct roster *roster, uint32_t policy,
				      const struct policy_rules *source)
{
	sequence_store(&roster->rules[policy].sequence, &roster->rules[policy].rules, source,
		       sizeof(*source));
}

static inline int roster_read_path(const struct roster *roster, uint32_t slot,
				   struct roster_path *ret_path)
{
	return sequence_load(&roster->paths[slot].sequence, ret_path, &roster->paths[slot].path,
			     sizeof(*ret_path));
}

/* Supervisor only. */
static inline void roster_write_path(struct roster *roster, uint32_t slot,
				     const struct roster_path *source)
{
	sequence_store(&roster->paths[slot].sequence, &roster->paths[slot].path, source,
		       sizeof(*source));
}
