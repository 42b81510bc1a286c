/* See policies.h. */
#include "supervisor/policies.h"

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

void policies_publish(struct policies *policies, const struct slots *slots,
		      const struct policy_set *set)
{
	policies->bank = (policies->bank + 1) % ROSTER_BANKS;
	for (size_t i = 0; i < set->count; i++) {
		struct policy policy = set->files[i].policy;

		policy.mode = policies_mode(policies, &set->files[i]);
		roster_write_policy(slots->tables->roster,
				    policies_index(policies, set, &set->files[i]), &policy);
	}
}

uint32_t policies_index(const struct policies *policies, const struct policy_set *set,
			const struct policy_file *file)
{
	return policies->bank * ROSTER_POLICIES + (uint32_t)(file - set->files);
}
