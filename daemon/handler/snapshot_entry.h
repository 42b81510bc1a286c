/*
 * What every source of a snapshot does with an entry: the label of its group for the rules, the unit it
 * goes with. See snapshot.h.
 */
#pragma once

#include "handler/handler.h"

/* The label of one group after the other: processes of one group mostly stand together. */
struct label {
	uint32_t slot; /* ROSTER_NO_SLOT: none yet */
	_Alignas(uint64_t) struct roster_path path; /* read in words */
};

/* Borrowed until the next call; empty where it cannot be read: then no cgroup: rule applies. */
const char *label_of(const struct handler *handler, uint32_t slot, struct label *label);

/* Unit=group: what each child group of the question's uses. Before the first entry. */
void snapshot_measure_units(struct handler *handler, const struct snapshot_question *question);

/* What its group tells of @candidate: its unit. */
void snapshot_finish_entry(const struct handler *handler, const struct snapshot_question *question,
			   struct candidate *candidate);
