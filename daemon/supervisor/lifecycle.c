/* See lifecycle.h. Linear in the slots, but only where something has happened. */
#include "supervisor/lifecycle.h"

#include <string.h>

#include "supervisor/bpf.h"
#include "supervisor/pace.h"
#include "supervisor/process_details.h"

/*
 * What an event begins is mostly over by then: a child executes its program, and who exits is gone. Of an
 * exit the kernel tells before the pidfd knows, and (6.18) before the memory is given back.
 */
#define SETTLE_MSEC 10
#define READ_MSEC 50 /* between two readings of one group, at least */
#define TAKE_MSEC 50 /* as a later taking would find nobody who may be read again */
#define AGAIN_MSEC 1000 /* after a failure */

void lifecycle_init(struct lifecycle *lifecycle, const struct sampled *sampled,
		    struct processes *processes)
{
	memset(lifecycle, 0, sizeof(*lifecycle));
	lifecycle->sampled = sampled;
	lifecycle->processes = processes;
	lifecycle->fd = bpf_events_fd(BPF_PART_LIFECYCLE);
	if (lifecycle->fd < 0)
		lifecycle->fd = -1;
	else
		lifecycle->lost = bpf_events_lost(BPF_PART_LIFECYCLE);
}

static void tell(struct lifecycle *lifecycle, uint32_t slot)
{
	struct lifecycle_group *group = &lifecycle->groups[slot];
	struct nsec settled = nsec_after(clock_now(), nsec_from_msec(SETTLE_MSEC));

	if (!group->inode || group->told)
		return;
	if (group->not_before.count < settled.count)
		group->not_before = settled;
	group->told = true;
	lifecycle->told++;
}

static void untell(struct lifecycle *lifecycle, struct lifecycle_group *group)
{
	lifecycle->told -= group->told;
	group->told = false;
}

static uint64_t wanted_inode(const struct lifecycle *lifecycle, uint32_t slot)
{
	return sampled_has_members(lifecycle->sampled, slot)
		       ? lifecycle->sampled->slots[slot].now.roster.inode
		       : 0;
}

static void drop_others(struct lifecycle *lifecycle)
{
	for (uint32_t i = 0; i < lifecycle->used; i++) {
		struct lifecycle_group *group = &lifecycle->groups[i];

		if (!group->inode || group->inode == wanted_inode(lifecycle, i))
			continue;
		bpf_drop_group(group->inode);
		untell(lifecycle, group);
		*group = (struct lifecycle_group){ .inode = 0 };
	}
	lifecycle->used = lifecycle->sampled->used;
}

/* First all are dropped: a group that has another slot by now is watched under the new one. */
void lifecycle_follow(struct lifecycle *lifecycle)
{
	struct nsec now = clock_now();

	if (lifecycle->fd < 0)
		return;
	drop_others(lifecycle);
	for (uint32_t i = 0; i < lifecycle->used && nsec_reached(now, lifecycle->next_watch); i++) {
		struct lifecycle_group *group = &lifecycle->groups[i];
		uint64_t inode = wanted_inode(lifecycle, i);

		if (group->inode || !inode)
			continue;
		if (bpf_watch_group(inode, i) == 0) {
			group->inode = inode;
			tell(lifecycle, i); /* what has happened until now nobody has told */
		} else {
			/* It has the interval, and is tried again. */
			lifecycle->next_watch = nsec_after(now, nsec_from_msec(AGAIN_MSEC));
		}
	}
}

int lifecycle_poll(const struct lifecycle *lifecycle, struct nsec now)
{
	return nsec_reached(now, lifecycle->next_take) ? lifecycle->fd : -1;
}

/* The group it is in as far as we know. Whoever has not been met yet will be read whole when he is. */
static void hear_process(struct lifecycle *lifecycle, const struct process_event *happened)
{
	struct process *process = processes_find(lifecycle->processes, happened->pid);

	if (!process || !processes_has(process))
		return;
	if (happened->kind == PROCESS_EVENT_EXEC)
		process_details_executed(lifecycle->processes, process);
	tell(lifecycle, process->fact.slot);
}

static void hear_group(struct lifecycle *lifecycle, uint64_t inode)
{
	for (uint32_t i = 0; inode && i < lifecycle->used; i++)
		if (lifecycle->groups[i].inode == inode)
			tell(lifecycle, i);
}

static void hear(void *context, const void *event)
{
	const struct process_event *happened = event;
	struct lifecycle *lifecycle = context;

	lifecycle->taken++;
	switch ((enum process_event_kind)happened->kind) {
	case PROCESS_EVENT_GROUP:
		hear_group(lifecycle, happened->inode);
		break;
	case PROCESS_EVENT_EXEC:
	case PROCESS_EVENT_MOVED:
		hear_process(lifecycle, happened);
		break;
	}
}

/* A group whose event was lost waits for an answer, and tells nothing more until it has it. */
static bool hear_lost(struct lifecycle *lifecycle)
{
	uint64_t lost = bpf_events_lost(BPF_PART_LIFECYCLE);

	if (lost == lifecycle->lost)
		return false;
	lifecycle->lost = lost;
	for (uint32_t i = 0; i < lifecycle->used; i++)
		tell(lifecycle, i);
	return true;
}

bool lifecycle_take(struct lifecycle *lifecycle)
{
	struct nsec start = clock_now();
	bool lost;
	int ret;

	if (lifecycle->fd < 0 || !nsec_reached(start, lifecycle->next_take))
		return false;
	lifecycle->taken = 0;
	ret = bpf_events_take(BPF_PART_LIFECYCLE, hear, lifecycle);
	lost = hear_lost(lifecycle);
	if (ret < 0)
		lifecycle->next_take = nsec_after(start, nsec_from_msec(AGAIN_MSEC));
	else if (lifecycle->taken || lost)
		lifecycle->next_take = pace_after(start, nsec_from_msec(TAKE_MSEC));
	return lost;
}

bool lifecycle_next(struct lifecycle *lifecycle, struct nsec now, uint32_t *ret_slot)
{
	if (!lifecycle->told || !nsec_reached(now, lifecycle->next_read))
		return false;
	for (uint32_t i = 1; i <= lifecycle->used; i++) {
		uint32_t slot = (lifecycle->turn + i) % lifecycle->used;
		const struct lifecycle_group *group = &lifecycle->groups[slot];

		if (!group->told || !nsec_reached(now, group->not_before))
			continue;
		lifecycle->turn = slot;
		*ret_slot = slot;
		return true;
	}
	return false;
}

void lifecycle_answer(struct lifecycle *lifecycle, uint32_t slot)
{
	struct lifecycle_group *group = &lifecycle->groups[slot];

	if (!group->told)
		return;
	untell(lifecycle, group);
	bpf_answer_group(group->inode);
}

void lifecycle_read(struct lifecycle *lifecycle, uint32_t slot, struct nsec start)
{
	lifecycle->groups[slot].not_before = pace_after(start, nsec_from_msec(READ_MSEC));
}

void lifecycle_rest(struct lifecycle *lifecycle, struct nsec start)
{
	lifecycle->next_read = pace_after(start, (struct nsec){ 0 });
}

/* The first group that is told of and may be read. */
static struct nsec read_deadline(const struct lifecycle *lifecycle)
{
	struct nsec first = { UINT64_MAX };

	for (uint32_t i = 0; lifecycle->told && i < lifecycle->used; i++) {
		const struct lifecycle_group *group = &lifecycle->groups[i];

		if (group->told && group->not_before.count < first.count)
			first = group->not_before;
	}
	return first.count < lifecycle->next_read.count ? lifecycle->next_read : first;
}

struct nsec lifecycle_deadline(const struct lifecycle *lifecycle, struct nsec now)
{
	struct nsec next = read_deadline(lifecycle);

	/* Until then the descriptor is not waited for. */
	if (lifecycle->fd >= 0 && !nsec_reached(now, lifecycle->next_take) &&
	    lifecycle->next_take.count < next.count)
		next = lifecycle->next_take;
	return next;
}
