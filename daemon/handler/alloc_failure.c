/*
 * See alloc_failure.h.
 *
 * A rising failcnt at the limit is every day's business: page cache fills any limit, and each charge that
 * finds it full is counted, reclaims, and succeeds. So a rise near the limit, with nobody asleep, is a
 * suspicion only; memory.stat has to say that there was nothing to reclaim: what is
 * neither anonymous nor locked nor the kernel's is file cache, and with hardly any of it left, and no
 * swap, reclaim has nothing to give. A group full of page cache therefore never passes; one
 * that swaps is not judged at all. What can be mistaken is a group that lives on reclaimable slab: v1 does
 * not tell that from the rest of the kernel's memory. Hence steps are taken only when three looks in a row
 * found more refused.
 */
#include "handler/alloc_failure.h"

#include "handler/decision.h"
#include "handler/level.h"
#include "handler/pressure.h"
#include "handler/record.h"

#define ALLOC_LOOKS 3
#define ALLOC_LOOK_MSEC 500
#define ALLOC_FACTS_MSEC 200 /* how long a suspicion waits for memory.stat */
#define ALLOC_COUNT_MSEC 1000
#define ALLOC_REPORT_MSEC 60000
#define ALLOC_BACKOFF_MIN_MSEC 10000
#define ALLOC_BACKOFF_MAX_MSEC 300000
#define ALLOC_ROOM_SHARE 64
#define ALLOC_ROOM_MIN_MIB 1
#define ALLOC_ROOM_MAX_MIB 16

static uint64_t known(const struct facts_memory *memory, enum facts_stat stat)
{
	return memory->value[stat] == UINT64_MAX ? 0 : memory->value[stat];
}

/* Shared memory is on the anonymous lists already: it goes to swap as well, or nowhere. */
static uint64_t unreclaimable(const struct facts_memory *memory)
{
	return known(memory, FACTS_STAT_INACTIVE_ANON) + known(memory, FACTS_STAT_ACTIVE_ANON) +
	       known(memory, FACTS_STAT_UNEVICTABLE) + known(memory, FACTS_STAT_KERNEL);
}

static uint64_t little_room(uint64_t limit)
{
	uint64_t room = limit / ALLOC_ROOM_SHARE;

	if (room < bytes_from_mib(ALLOC_ROOM_MIN_MIB).count)
		return bytes_from_mib(ALLOC_ROOM_MIN_MIB).count;
	return room > bytes_from_mib(ALLOC_ROOM_MAX_MIB).count
		       ? bytes_from_mib(ALLOC_ROOM_MAX_MIB).count
		       : room;
}

/* Nothing in swap although it is full: it cannot go there. Without swap accounting nobody can tell. */
static bool cannot_swap(const struct facts_memory *memory, const struct gauges *gauges)
{
	return memory->value[FACTS_STAT_SWAP] == 0 || level_memsw_is_full(gauges);
}

bool alloc_failure_is_hopeless(const struct facts_memory *memory, const struct gauges *gauges)
{
	return cannot_swap(memory, gauges) &&
	       unreclaimable(memory) + little_room(gauges->limit) > gauges->limit;
}

static bool elapsed(struct nsec since, struct nsec now, uint64_t msec)
{
	return !since.count || nsec_between(since, now).count >= nsec_from_msec(msec).count;
}

/*
 * Said once a minute; the counter goes on. @carrier: with its policy; no step is taken, so nobody else
 * sees it.
 */
static void report(struct handler *handler, struct episode *carrier, const struct gauges *gauges)
{
	struct alloc_watch *watch = &handler->slots[carrier->slot].alloc;

	if (!elapsed(watch->reported, handler->now, ALLOC_REPORT_MSEC))
		return;
	watch->reported = handler->now;
	carrier->trigger = handler->now;
	carrier->kills_at_trigger = level_kills(handler, carrier->slot);
	/* Only to be read: without the rules the list is in the order of the rest. */
	if (roster_read_rules(handler->tables.roster, handler->slots[carrier->slot].roster.policy,
			      carrier->policy.version, &carrier->rules) < 0)
		carrier->rules.count = 0;
	record_trigger(handler, carrier, gauges, EPISODE_BY_ALLOC_FAILURE);
	(void)decision_take(handler, carrier);
	record_send(handler, carrier, OUTCOME_ALLOC_FAILURE);
}

/* A group that fails on is acted upon less and less often. */
static bool may_act(struct handler *handler, struct alloc_watch *watch)
{
	const uint64_t max = nsec_from_msec(ALLOC_BACKOFF_MAX_MSEC).count;

	if (!nsec_reached(handler->now, watch->again))
		return false;
	/* Long quiet since the last time: it begins at the shortest again. */
	if (elapsed(watch->again, handler->now, ALLOC_BACKOFF_MAX_MSEC))
		watch->backoff = nsec_from_msec(ALLOC_BACKOFF_MIN_MSEC);
	watch->again = nsec_after(handler->now, watch->backoff);
	watch->backoff.count = watch->backoff.count * 2 < max ? watch->backoff.count * 2 : max;
	return true;
}

/* Proven. Return: whether an episode is to be begun. */
static bool answer(struct handler *handler, uint32_t number, const struct gauges *gauges)
{
	static struct episode carrier; /* all but what a record is made of stays 0 */
	struct alloc_watch *watch = &handler->slots[number].alloc;

	if (elapsed(watch->counted, handler->now, ALLOC_COUNT_MSEC)) {
		watch->counted = handler->now;
		atomic_fetch_add(&handler->tables.outcomes->board[number].alloc_failures, 1);
	}
	carrier.slot = number;
	carrier.unit_inode = 0;
	if (roster_read_policy(handler->tables.roster, handler->slots[number].roster.policy,
			       &carrier.policy) < 0)
		return false; /* half-written: the next suspicion finds it whole */
	if (carrier.policy.alloc_failure == POLICY_ALLOC_FAILURE_STEPS)
		return watch->looks >= ALLOC_LOOKS && may_act(handler, watch);
	report(handler, &carrier, gauges);
	return false;
}

static void look_again(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];

	slot->alloc.due = nsec_after(handler->now, nsec_from_msec(ALLOC_LOOK_MSEC));
	slot->due = slot->alloc.due;
}

/* Each look is judged by a reading of its own: memory.stat of a moment ago is another group's story. */
static void ask_again(struct handler *handler, uint32_t number)
{
	handler->slots[number].alloc.asked = handler->now;
	snapshot_request(handler, number);
	look_again(handler, number);
}

static void suspect(struct handler *handler, uint32_t number)
{
	struct alloc_watch *watch = &handler->slots[number].alloc;

	watch->looks = 1;
	ask_again(handler, number);
}

/*
 * One more look at a suspicion, which found more refused since the one before or not. Return: whether an
 * episode is to be begun.
 */
static bool examine(struct handler *handler, uint32_t number, const struct gauges *gauges)
{
	struct alloc_watch *watch = &handler->slots[number].alloc;
	struct facts_memory memory;
	bool risen = level_refused(gauges) != watch->refused;
	bool fresh = facts_read_memory(handler->tables.facts, number, &memory) == 0 &&
		     memory.sampled_nsec >= watch->asked.count;
	bool begin;

	watch->looks += risen;
	if (!fresh && !elapsed(watch->asked, handler->now, ALLOC_FACTS_MSEC)) {
		look_again(handler, number);
		return false;
	}
	if (!fresh || !pressure_is_near(gauges) || !alloc_failure_is_hopeless(&memory, gauges)) {
		watch->looks = 0;
		return false;
	}
	begin = answer(handler, number, gauges);
	if (begin || !risen || watch->looks >= ALLOC_LOOKS)
		watch->looks = 0;
	else
		ask_again(handler, number);
	return begin;
}

bool alloc_failure_look(struct handler *handler, uint32_t number, const struct gauges *gauges)
{
	struct alloc_watch *watch = &handler->slots[number].alloc;
	uint64_t before = watch->refused;
	bool begin = false;

	if (watch->looks && !nsec_reached(handler->now, watch->due))
		return false;
	if (watch->looks)
		begin = examine(handler, number, gauges);
	/* The first look of all has nothing to compare with. */
	else if (watch->met && level_refused(gauges) != before && pressure_is_near(gauges))
		suspect(handler, number);
	watch->met = true;
	watch->refused = level_refused(gauges);
	return begin;
}
