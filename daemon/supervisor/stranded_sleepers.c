/* See stranded_sleepers.h. */
#include "supervisor/stranded_sleepers.h"

#include <errno.h>
#include <string.h>
#include <sys/pidfd.h>

#include "base/text.h"
#include "supervisor/bpf.h"
#include "supervisor/pace.h"
#include "supervisor/report.h"

#define LOOK_MSEC 1000

void stranded_sleepers_init(struct stranded_sleepers *sleepers, const struct sampled *sampled,
			    struct groups *groups)
{
	memset(sleepers, 0, sizeof(*sleepers));
	sleepers->sampled = sampled;
	sleepers->groups = groups;
	for (int i = 0; i < SLEEPERS_MAX; i++)
		sleepers->list[i].stray.pidfd = -1;
}

bool stranded_sleepers_can(const struct stranded_sleepers *sleepers)
{
	return !bpf_why_not(BPF_PART_SLEEPERS) && sleepers->error == 0;
}

static bool is_same(const struct stranded_sleeper *known, const struct sleeper *sleeper)
{
	return known->stray.pid == sleeper->pid && known->start_nsec == sleeper->start_nsec &&
	       known->stray.inode == sleeper->waits_for && known->removed == sleeper->removed;
}

/* The one it is known as, else a free one; NULL when all are in use. */
static struct stranded_sleeper *find(struct stranded_sleepers *sleepers,
				     const struct sleeper *sleeper)
{
	struct stranded_sleeper *room = NULL;

	for (int i = 0; i < SLEEPERS_MAX; i++) {
		struct stranded_sleeper *known = &sleepers->list[i];

		if (is_same(known, sleeper))
			return known;
		if (known->stray.pid == 0)
			room = known;
	}
	return room;
}

/*
 * Its pidfd may be another process's, if it has exited since the look. But then the next one will not find
 * it: when that finds the same pid and start again, the number was never given away in between.
 */
static bool begin(struct stranded_sleeper *known, const struct sleeper *sleeper, bool enforce)
{
	int pidfd = sleeper->removed ? pidfd_open((pid_t)sleeper->pid, 0) : -1;

	if (sleeper->removed && pidfd < 0)
		return false; /* gone, or tried again with the next look */
	*known = (struct stranded_sleeper){
		.stray = { .pid = sleeper->pid,
			   .pidfd = pidfd,
			   .inode = sleeper->waits_for,
			   .enforce = enforce },
		.start_nsec = sleeper->start_nsec,
		.removed = sleeper->removed,
	};
	memcpy(known->stray.comm, sleeper->comm, sizeof(known->stray.comm));
	return true;
}

static void overlooked_report(struct stranded_sleepers *sleepers, const struct stray *stray)
{
	static struct group_view view; /* the thread's own; large */
	char comm[4 * FACTS_COMM_SIZE];

	if (groups_view_inode(sleepers->groups, stray->inode, &view) < 0)
		return; /* it goes just now */
	report_event(REPORT_WARNING,
		     "%s: process %u (%s) waits for the end of an OOM that the handler does not "
		     "see",
		     view.label, stray->pid, text_escape(stray->comm, comm, sizeof(comm)));
}

static void overlooked_resolve(struct stranded_sleepers *sleepers, struct stranded_sleeper *known)
{
	if (!known->told)
		overlooked_report(sleepers, &known->stray);
	known->told = true;
	known->stray.looks = 0;
}

/* Who cannot be killed, or has not died of it yet, is told of once. */
static void resolve(struct stranded_sleepers *sleepers, struct stranded_sleeper *known)
{
	if (!known->removed) {
		overlooked_resolve(sleepers, known);
	} else if (!known->told) {
		stray_resolve(&known->stray);
		known->told = true;
	}
}

/* Several threads of a process may wait: it is looked at once. */
static void meet(struct stranded_sleepers *sleepers, const struct sleeper *sleeper, bool enforce)
{
	struct stranded_sleeper *known = find(sleepers, sleeper);

	if (!known || known->look == sleepers->look)
		return;
	if (known->stray.pid == 0 && !begin(known, sleeper, enforce))
		return;
	known->look = sleepers->look;
	if (stray_look(&known->stray))
		resolve(sleepers, known);
}

static void look_at(struct stranded_sleepers *sleepers, const struct stranded_groups *removed,
		    const struct sleeper *sleeper)
{
	enum stranded_claim claim;

	if (!sleeper->removed) {
		if (sampled_at_ease(sleepers->sampled, sleeper->waits_for))
			meet(sleepers, sleeper, false);
		return;
	}
	claim = stranded_groups_claim(removed, sleeper->waits_for);
	if (claim != STRANDED_FOREIGN)
		meet(sleepers, sleeper, claim == STRANDED_KILLED);
}

/* A look that failed tells nothing: all that is known stays as it is. */
static void failure_note(struct stranded_sleepers *sleepers, int error)
{
	if (sleepers->error == 0 && error < 0)
		report_event(REPORT_WARNING, "sleepers of the host cannot be listed: %s",
			     strerror(-error));
	sleepers->error = error;
}

static int look(struct stranded_sleepers *sleepers, const struct stranded_groups *removed)
{
	const struct sleepers *all;
	int ret = bpf_sleepers_look(&all);

	if (ret == 0 && !all->complete)
		ret = -EAGAIN;
	if (ret < 0)
		return ret;
	sleepers->look++;
	for (uint32_t i = 0; i < all->total && i < SLEEPERS_MAX; i++)
		look_at(sleepers, removed, &all->list[i]);
	for (int i = 0; i < SLEEPERS_MAX; i++)
		if (sleepers->list[i].stray.pid && sleepers->list[i].look != sleepers->look)
			stray_drop(&sleepers->list[i].stray);
	return 0;
}

struct nsec stranded_sleepers_deadline(const struct stranded_sleepers *sleepers)
{
	return sleepers->worth ? sleepers->next_look : (struct nsec){ UINT64_MAX };
}

void stranded_sleepers_look(struct stranded_sleepers *sleepers,
			    const struct stranded_groups *removed)
{
	struct nsec start = clock_now();

	if (bpf_why_not(BPF_PART_SLEEPERS) || !nsec_reached(start, sleepers->next_look))
		return;
	sleepers->worth =
		sleepers->worth || removed->count > 0 || sampled_any_armed(sleepers->sampled);
	if (!sleepers->worth)
		return;
	failure_note(sleepers, look(sleepers, removed));
	sleepers->next_look = pace_after(start, nsec_from_msec(LOOK_MSEC));
}
