/* See policies.h. */
#include "supervisor/policies.h"

#define COUNTER_BITS 16 /* of a version: publications of one supervisor */

static uint32_t bank_of(const struct roster_slot *slot)
{
	return slot->policy / ROSTER_POLICIES % ROSTER_BANKS;
}

void policies_init(struct policies *policies, const struct slots *slots, bool dry_run)
{
	uint32_t used[ROSTER_BANKS] = { 0 };

	*policies = (struct policies){ .dry_run = dry_run };
	for (uint32_t i = 0; i < ROSTER_SLOTS; i++) {
		struct roster_slot slot = slots_get(slots, i);

		if (slot.generation && slot.role == ROSTER_MANAGED)
			used[bank_of(&slot)]++;
	}
	policies->bank = used[1] > used[0];
	/* Died in the middle of a reload: what refers to the bank we shall fill rests until then. */
	for (uint32_t i = 0; i < ROSTER_SLOTS; i++) {
		struct roster_slot slot = slots_get(slots, i);

		if (!slot.generation || slot.role != ROSTER_MANAGED ||
		    bank_of(&slot) == policies->bank || slot.want != ROSTER_WANT_ARMED)
			continue;
		slot.want = ROSTER_WANT_HELD;
		slots_put(slots, i, &slot);
	}
}

enum policy_mode policies_mode(const struct policies *policies, const struct policy_file *file)
{
	if (policies->dry_run && file->policy.mode == POLICY_ENFORCE)
		return POLICY_DRY_RUN;
	return file->policy.mode;
}

/* The generation keeps it apart from what a former supervisor published, also in the same bank. */
static uint32_t next_version(struct policies *policies, const struct slots *slots)
{
	policies->published = (policies->published + 1) % (1U << COUNTER_BITS);
	return slots->supervisor_generation << COUNTER_BITS | policies->published;
}

void policies_publish(struct policies *policies, const struct slots *slots,
		      const struct policy_set *set)
{
	uint32_t version = next_version(policies, slots);

	policies->bank = (policies->bank + 1) % ROSTER_BANKS;
	for (size_t i = 0; i < set->count; i++) {
		uint32_t index = policies_index(policies, set, &set->files[i]);
		struct policy policy = set->files[i].policy;
		struct policy_rules rules = set->files[i].rules;

		policy.mode = policies_mode(policies, &set->files[i]);
		policy.version = version;
		rules.version = version;
		roster_write_rules(slots->tables->roster, index, &rules);
		roster_write_policy(slots->tables->roster, index, &policy);
	}
}

static uint64_t amount_of(struct amount amount, struct bytes whole)
{
	return amount.percent ? whole.count / 100 * amount.value : amount.value;
}

void policies_publish_host(struct roster *roster, const struct config *config, struct bytes memory)
{
	struct roster_host *host = &roster->host;

	atomic_store(&host->loan_cap, amount_of(config->host_loan_cap, memory));
	atomic_store(&host->min_available, amount_of(config->min_available, memory));
	atomic_store(&host->budget_window_nsec, config->host_kill_budget.window.count);
	atomic_store(&host->budget_kills, config->host_kill_budget.kills);
	atomic_store(&host->source, config->source);
}

uint32_t policies_index(const struct policies *policies, const struct policy_set *set,
			const struct policy_file *file)
{
	return policies->bank * ROSTER_POLICIES + (uint32_t)(file - set->files);
}
