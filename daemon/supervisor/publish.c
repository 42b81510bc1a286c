/* See publish.h. */
#include "supervisor/publish.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "supervisor/attribute.h"
#include "supervisor/inherited.h"
#include "supervisor/originals.h"
#include "supervisor/publication.h"
#include "supervisor/release.h"
#include "supervisor/serve.h"

void publish_init(struct publisher *publisher, const struct tables *tables, struct groups *groups,
		  struct scan *scan)
{
	publisher->tables = tables;
	publisher->groups = groups;
	publisher->scan = scan;
	publisher->tree = scan->tree;
	publisher->mount = scan->discover->directory;
	publisher->used = 0;
	slots_init(&publisher->slots, tables);
}

void publish_recover(struct publisher *publisher)
{
	for (uint32_t slot = 0; slot < ROSTER_SLOTS; slot++) {
		struct roster_slot roster = slots_get(&publisher->slots, slot);

		if (roster.generation)
			publication_recover(publisher, slot,
					    tree_find_inode(publisher->tree, roster.inode));
	}
	for (uint32_t slot = 0; slot < publisher->used; slot++)
		if (publisher->list[slot].generation)
			attribute_recover_own(publisher, &publisher->list[slot]);
}

struct publication *publish_find(struct publisher *publisher, const struct node *node)
{
	return node->slot == ROSTER_NO_SLOT ? NULL : &publisher->list[node->slot];
}

const struct publication *publish_armed_above(const struct publisher *publisher,
					      const struct node *node)
{
	for (node = node->parent; node; node = node->parent) {
		const struct publication *publication =
			node->slot == ROSTER_NO_SLOT ? NULL : &publisher->list[node->slot];

		if (publication && publication->enforce && publication->role == ROSTER_MANAGED &&
		    publication->phase == PUBLICATION_SERVE)
			return publication;
	}
	return NULL;
}

const struct publication *publish_saved_above(const struct publisher *publisher,
					      const struct node *node)
{
	for (node = node->parent; node; node = node->parent) {
		const struct publication *publication =
			node->slot == ROSTER_NO_SLOT ? NULL : &publisher->list[node->slot];

		if (publication && publication->attribute)
			return publication;
	}
	return NULL;
}

static bool plan_is_published(const struct publication *publication, const struct plan *plan)
{
	switch (plan->role) {
	case PLAN_NONE:
		return false;
	case PLAN_ANCESTOR:
		return publication->role == ROSTER_ANCESTOR;
	case PLAN_DESCENDANT:
		return publication->role == ROSTER_DESCENDANT;
	case PLAN_MANAGED:
		return publication->role == ROSTER_MANAGED && publication->enforce == plan->enforce;
	}
	return false;
}

static int serving_sync(struct publisher *publisher, struct publication *publication)
{
	if (!plan_is_published(publication, &publication->node->plan)) {
		release_begin(publisher, publication);
		return 0;
	}
	publication_write(publisher, publication);
	return attribute_tend(publisher, publication);
}

static int node_sync(struct publisher *publisher, struct node *node)
{
	struct publication *publication = publish_find(publisher, node);

	if (publication && publication->phase == PUBLICATION_SERVE)
		return serving_sync(publisher, publication);
	if (publication && publication->phase == PUBLICATION_RELEASE)
		return 0;
	/* Its attribute was left on for what should have come next, and that has not come. */
	if (publication && publication->attribute && !attribute_has_heir(node)) {
		release_begin(publisher, publication);
		return 0;
	}
	return node->plan.role == PLAN_NONE || node->slotless ? 0
							      : publication_begin(publisher, node);
}

bool publish_sync(struct publisher *publisher)
{
	struct node *root = publisher->tree->root;
	bool refused = false;

	for (struct node *node = root; node; node = tree_next(root, node)) {
		bool managed = node->plan.role == PLAN_MANAGED;

		if (node_sync(publisher, node) < 0 && managed && node->plan.role != PLAN_MANAGED)
			refused = true;
	}
	return refused;
}

void publish_advance(struct publisher *publisher)
{
	for (uint32_t slot = 0; slot < publisher->used; slot++) {
		struct publication *publication = &publisher->list[slot];

		if (!publication->generation)
			continue;
		switch (publication->phase) {
		case PUBLICATION_SERVE:
			publication->trouble = serve_advance(publisher, publication);
			break;
		case PUBLICATION_RELEASE:
			publication->trouble = release_advance(publisher, publication);
			break;
		case PUBLICATION_PARKED:
			break;
		}
	}
	while (publisher->used > 0 && !publisher->list[publisher->used - 1].generation)
		publisher->used--;
}

static bool cell_is_lent(const struct publisher *publisher, const struct publication *publication,
			 enum knob knob, uint64_t *ret_set)
{
	struct ledger_cell cell;

	if (ledger_read(publisher->tables->ledger, publication->slot, knob, &cell) < 0 ||
	    cell.state != LEDGER_CHANGED || cell.inode != publication->inode)
		return false;
	*ret_set = cell.set;
	return true;
}

/*
 * The handler writes the ledger before a limit: a limit that differs although the ledger, read after
 * it, knows of no loan was changed by somebody else, and is the new original.
 */
static void publication_refresh(struct publisher *publisher, struct publication *publication)
{
	int directory = publication_open(publisher, publication);
	struct saved saved = publication->saved;
	struct knob_values present;

	if (directory < 0 || originals_read(directory, &present) < 0) {
		io_close(&directory);
		return; /* gone, or next time */
	}
	for (enum knob knob = KNOB_LIMIT; knob <= KNOB_MEMSW_LIMIT; knob++) {
		bool lent = cell_is_lent(publisher, publication, knob, &saved.lent.value[knob]);

		/* Between a loan's return and the end of its cell the limit may be on its way. */
		if (!lent && saved.lent.value[knob] == KNOB_ABSENT)
			saved.found.value[knob] = present.value[knob];
		if (!lent)
			saved.lent.value[knob] = KNOB_ABSENT;
	}
	if (memcmp(&saved, &publication->saved, sizeof(saved)) != 0 &&
	    (!publication->attribute || saved_store(directory, &saved) == 0)) {
		publication->saved = saved;
		publication_write(publisher, publication);
	}
	io_close(&directory);
}

static bool loan_is_news(const struct publisher *publisher, const struct publication *publication)
{
	for (enum knob knob = KNOB_LIMIT; knob <= KNOB_MEMSW_LIMIT; knob++) {
		uint64_t set = KNOB_ABSENT;

		(void)cell_is_lent(publisher, publication, knob, &set); /* else absent */
		if (set != publication->saved.lent.value[knob])
			return true;
	}
	return false;
}

void publish_refresh(struct publisher *publisher, bool limits)
{
	for (uint32_t slot = 0; slot < publisher->used; slot++) {
		struct publication *publication = &publisher->list[slot];

		if (publication->generation && publication->phase == PUBLICATION_SERVE &&
		    publication->role == ROSTER_MANAGED &&
		    (limits || loan_is_news(publisher, publication)))
			publication_refresh(publisher, publication);
	}
}

static void managed_free_children(struct publisher *publisher)
{
	for (uint32_t slot = 0; slot < publisher->used; slot++) {
		const struct publication *publication = &publisher->list[slot];

		/* What inherited from an operator's own 1 keeps it. */
		if (publication->generation && publication->node && publication->attribute &&
		    publication->role == ROSTER_MANAGED &&
		    publication->saved.found.value[KNOB_OOM_CONTROL] == 0)
			(void)inherited_free(publisher->scan, publication->node); /* each tried */
	}
}

void publish_abandon(struct publisher *publisher)
{
	for (uint32_t slot = 0; slot < publisher->used; slot++)
		if (publisher->list[slot].generation)
			io_close(&publisher->list[slot].lock);
	managed_free_children(publisher);
	(void)nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL); /* earlier is as good */
	managed_free_children(publisher);
}

void publish_forget(struct publisher *publisher, struct node *node)
{
	struct publication *publication = publish_find(publisher, node);

	if (!publication)
		return;
	publication->node = NULL;
	publication->want = ROSTER_WANT_GONE;
	publication->attribute = false;
	release_begin(publisher, publication);
}
