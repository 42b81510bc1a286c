/*
 * See census.h. One walk over the groups notes where each slot belongs and who is listed where; then the
 * facts of those slots become candidates, and who is listed without facts becomes one nobody knows.
 */
#include "supervisor/census.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "settings/memory.h"
#include "supervisor/gauge.h"
#include "supervisor/members.h"

#define MEMBERS_GROW 256

/* A group of the subtree, by its slot. */
struct place {
	const struct node *node; /* NULL: the slot is not of this subtree */
	uint64_t unit_inode;
	uint64_t unit_use;
	bool listed; /* its members could be read */
};

struct member {
	uint32_t pid;
	bool known; /* there are facts */
	uint64_t inode; /* its group's */
};

struct walk {
	const struct census_question *question;
	struct place places[ROSTER_SLOTS];
	const struct node *at;
	struct member *members;
	size_t count;
	uint64_t unit_use; /* of the unit the walk is in */
	uint64_t units_use; /* of all child groups together */
	struct census *census;
};

static uint64_t usage_of(const struct walk *walk, const struct node *node)
{
	int directory = tree_open(node, walk->question->mount, O_PATH);
	uint64_t usage = 0;

	if (directory >= 0)
		(void)gauge_at(directory, GROUP_USAGE, &usage); /* gone: it uses nothing */
	io_close(&directory);
	return usage;
}

/* The child of the top that @node is, or lives below. */
static const struct node *unit_of(const struct walk *walk, const struct node *node)
{
	while (node != walk->question->top && node->parent != walk->question->top)
		node = node->parent;
	return node;
}

static void member_add(void *context, uint64_t pid)
{
	struct walk *walk = context;

	if (pid == 0 || pid > INT32_MAX)
		return; /* of a pid namespace we cannot see into */
	if (walk->count % MEMBERS_GROW == 0)
		walk->members = memory_grow(walk->members, walk->count + MEMBERS_GROW,
					    sizeof(*walk->members));
	walk->members[walk->count++] =
		(struct member){ .pid = (uint32_t)pid, .inode = walk->at->inode };
}

static bool members_add(struct walk *walk, const struct node *node)
{
	struct group_view view = { .inode = node->inode };
	char path[PATH_MAX];

	(void)snprintf(view.directory, sizeof(view.directory), "%s%s",
		       walk->question->groups->mount, tree_path(node, path, sizeof(path)));
	walk->at = node;
	return members_visit(&view, member_add, walk) == 0;
}

static void group_enter(struct walk *walk, const struct node *node)
{
	const struct node *unit = unit_of(walk, node);
	bool listed = members_add(walk, node);

	if (walk->question->unit == POLICY_UNIT_GROUP && node == unit &&
	    node != walk->question->top) {
		walk->unit_use = usage_of(walk, node);
		walk->units_use += walk->unit_use;
	}
	if (node->slot < ROSTER_SLOTS)
		walk->places[node->slot] = (struct place){
			.node = node,
			.unit_inode = unit->inode,
			.unit_use = walk->unit_use,
			.listed = listed,
		};
}

static void groups_enter(struct walk *walk)
{
	const struct node *top = walk->question->top;
	uint64_t usage;

	/* The walk changes no node; tree_next() is shared with those who do. */
	for (struct node *node = (struct node *)top; node; node = tree_next(top, node))
		group_enter(walk, node);
	if (walk->question->unit != POLICY_UNIT_GROUP || top->slot >= ROSTER_SLOTS)
		return;
	/* Its own members are a unit as well, with what the children do not use. */
	usage = usage_of(walk, top);
	walk->places[top->slot].unit_use = usage > walk->units_use ? usage - walk->units_use : 0;
}

static int by_pid(const void *left, const void *right)
{
	const struct member *one = left, *other = right;

	return (one->pid > other->pid) - (one->pid < other->pid);
}

/* Who changed his group during the walk may stand in two lists. */
static void members_sort(struct walk *walk)
{
	size_t kept = 0;

	if (walk->count)
		qsort(walk->members, walk->count, sizeof(*walk->members), by_pid);
	for (size_t i = 0; i < walk->count; i++)
		if (kept == 0 || walk->members[kept - 1].pid != walk->members[i].pid)
			walk->members[kept++] = walk->members[i];
	walk->count = kept;
}

static struct member *member_find(const struct walk *walk, uint32_t pid)
{
	const struct member key = { .pid = pid };

	return walk->count ? bsearch(&key, walk->members, walk->count, sizeof(key), by_pid) : NULL;
}

static void candidate_add(struct walk *walk, uint32_t index, const struct fact *fact)
{
	const struct place *place = &walk->places[fact->slot];
	struct candidate *candidate = &walk->census->list[walk->census->count++];
	struct member *member = member_find(walk, fact->pid);
	struct roster_path path;

	if (roster_read_path(walk->question->tables->roster, fact->slot, &path) < 0)
		path.text[0] = '\0';
	*candidate =
		candidate_of(walk->question->rules, fact, index, place->node->inode, path.text);
	candidate->unit_inode = place->unit_inode;
	candidate->unit_use = place->unit_use;
	candidate->seen = member != NULL;
	if (member)
		member->known = true;
	else if (place->listed)
		/* It has left since the facts were taken: to this group it is as good as dead. */
		candidate->who.flags |= FACT_DYING;
}

static bool fact_read(const struct walk *walk, uint32_t index, struct fact *ret_fact)
{
	const struct tables *tables = walk->question->tables;
	uint32_t owner = atomic_load(&tables->facts->owner[index]);
	struct roster_slot slot;

	return owner && owner <= ROSTER_SLOTS && walk->places[owner - 1].node &&
	       facts_read(tables->facts, index, ret_fact) == 0 && ret_fact->generation &&
	       ret_fact->slot == owner - 1 && roster_read(tables->roster, owner - 1, &slot) == 0 &&
	       slot.generation == ret_fact->slot_generation;
}

static void facts_enter(struct walk *walk)
{
	uint32_t used = atomic_load(&walk->question->tables->facts->processes_used);
	struct fact fact;

	for (uint32_t i = 0; i < used && i < FACTS_PROCESSES; i++)
		if (fact_read(walk, i, &fact))
			candidate_add(walk, i, &fact);
}

static void unknown_enter(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		struct candidate *candidate;

		if (walk->members[i].known)
			continue;
		candidate = &walk->census->list[walk->census->count++];
		*candidate = candidate_unknown(walk->members[i].pid);
		candidate->who.inode = walk->members[i].inode;
		candidate->seen = true;
	}
}

void census_take(const struct census_question *question, struct census *ret_census)
{
	struct walk *walk = memory_new(sizeof(*walk));
	struct census census = { .count = 0 };

	walk->question = question;
	walk->census = &census;
	groups_enter(walk);
	members_sort(walk);
	census.list = memory_grow(NULL, FACTS_PROCESSES + walk->count, sizeof(*census.list));
	facts_enter(walk);
	unknown_enter(walk);
	free(walk->members);
	free(walk);
	*ret_census = census;
}

void census_done(struct census *census)
{
	free(census->list);
	*census = (struct census){ .count = 0 };
}
