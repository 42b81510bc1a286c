/*
 * What the doctor asks of our programs in the kernel: they are loaded as the daemon would load them with
 * this configuration, into a roll of their own, and go with the probe. A running daemon is not disturbed.
 */
#include <errno.h>
#include <string.h>

#include "supervisor/bpf.h"
#include "supervisor/layout.h"
#include "supervisor/probe.h"
#include "supervisor/source_standing.h"

/* What the supervisor itself can do without. */
static const struct part_row {
	enum bpf_part part;
	const char *name;
	const char *with, *without;
} part_rows[] = {
	{ BPF_PART_SLEEPERS, "kernel-sleepers",
	  "every task of the host that waits in an OOM is found",
	  "tasks that left a group while they waited for its memory are watched in /proc" },
	{ BPF_PART_LIFECYCLE, "kernel-lifecycle", "births, deaths and moves of processes are told",
	  "births, deaths and moves of processes are found by looking" },
	{ BPF_PART_TREE, "kernel-tree", "groups that are made and removed are told",
	  "groups that are made and removed are found by watching directories" },
};

static void look_at_part(struct probe *probe, const struct part_row *row)
{
	const char *why = bpf_why_not(row->part);

	if (why)
		probe_note(probe, row->name, PROBE_OK, NULL, "%s; by the kernel: %s", row->without,
			   why);
	else
		probe_note(probe, row->name, PROBE_OK, NULL, "%s", row->with);
}

/*
 * Sampled facts do, but are as old as they are; an old way to kill is as good as the new one. What is in
 * the way is in the finding, the same for all: only who knows the host can say whether it can be had.
 */
static void look_at_source(struct probe *probe)
{
	uint32_t best = probe->config.source;
	struct source_standing standing = source_standing_expected(best);
	bool missed = best != SOURCE_FACTS && source_standing_source(&standing) == SOURCE_FACTS;
	char text[SOURCE_STANDING_SIZE];

	probe_note(probe, "snapshot-source", missed ? PROBE_WARNING : PROBE_OK,
		   missed ? "remove what is said to be in the way, or set Snapshot=facts where "
			    "that is meant"
			  : NULL,
		   "%s", source_standing_say(&standing, text));
}

void probe_snapshot(struct probe *probe)
{
	struct bpf_wish wish = { .roll = -1 };
	int ret = layout_hierarchy("memory", &wish.hierarchy);

	if (ret < 0) {
		probe_note(probe, "snapshot-source", PROBE_WARNING, NULL,
			   "not looked at: the memory hierarchy has no number: %s", strerror(-ret));
		return;
	}
	for (int i = 0; i < BPF_PART_COUNT; i++)
		wish.parts[i] = true;
	wish.parts[BPF_PART_LIFECYCLE] = wish.parts[BPF_PART_TREE] = probe->config.tracing;
	bpf_load(&wish);
	look_at_source(probe);
	for (size_t i = 0; i < sizeof(part_rows) / sizeof(part_rows[0]); i++)
		look_at_part(probe, &part_rows[i]);
}
