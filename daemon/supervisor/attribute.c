/* See attribute.h. */
#include "supervisor/attribute.h"

#include <errno.h>
#include <sys/file.h>

#include "base/io.h"
#include "supervisor/originals.h"
#include "supervisor/publication.h"

bool attribute_is_for_arming(const struct publication *publication)
{
	return publication->role == ROSTER_MANAGED && publication->enforce;
}

bool attribute_has_heir(const struct node *node)
{
	return node->plan.role == PLAN_MANAGED || node->plan.role == PLAN_DESCENDANT;
}

bool attribute_guards_own(const struct publisher *publisher, const struct publication *publication)
{
	return publication->own && (publish_saved_above(publisher, publication->node) ||
				    publish_armed_above(publisher, publication->node));
}

/*
 * Found at 1 without an attribute: below a group that carries one it was inherited, and takes the value
 * that one was found with; anything else that was at 1 below it has an attribute of its own. Elsewhere
 * it is the operator's.
 */
static int found_settle(struct publisher *publisher, struct publication *publication, int directory)
{
	uint64_t *found = &publication->saved.found.value[KNOB_OOM_CONTROL];
	const struct publication *above = publish_saved_above(publisher, publication->node);

	if (*found == 0 || publication->role == ROSTER_ANCESTOR)
		return 0;
	if (above) {
		*found = above->saved.found.value[KNOB_OOM_CONTROL];
		return *found == 0 ? originals_enable_killer(directory) : 0;
	}
	publication->own = true;
	/* One that is to be armed gets it when the guardian holds it (serve.c). */
	if (attribute_is_for_arming(publication) || !attribute_guards_own(publisher, publication))
		return 0;
	publication->attribute = true;
	return saved_store(directory, &publication->saved);
}

/* The attribute of an orphan, or of this group's former publication: it stays where it has a reason. */
static int attribute_inherit(struct publisher *publisher, struct publication *publication,
			     int directory)
{
	publication->own = publication->saved.found.value[KNOB_OOM_CONTROL] == 1;
	if (!attribute_is_for_arming(publication) && !attribute_guards_own(publisher, publication))
		return saved_drop(directory);
	publication->attribute = true;
	return saved_store(directory, &publication->saved);
}

static void values_clear(struct knob_values *values)
{
	for (int knob = 0; knob < KNOB_COUNT; knob++)
		values->value[knob] = KNOB_ABSENT;
}

int attribute_find(struct publisher *publisher, struct publication *publication, int directory,
		   bool locked)
{
	struct saved *saved = &publication->saved;
	struct saved former;
	bool there = saved_load(directory, &former) == 0;
	int ret;

	if (there && locked) {
		/* A limit that does not go down yet is the group's business, not a reason to wait. */
		ret = originals_repair(publisher->scan, directory, publication->node, &former);
		if (ret == -ENODEV || (ret < 0 && ret != -EBUSY && saved_is_frozen(&former)))
			return ret; /* not thawed: what says where stays as it is */
	}
	ret = originals_read(directory, &saved->found);
	values_clear(&saved->lent);
	if (ret < 0)
		return ret;
	if (!there)
		return found_settle(publisher, publication, directory);
	/* Without the lock it is another instance's group, which nobody here writes to. */
	saved->found.value[KNOB_OOM_CONTROL] = locked ? former.found.value[KNOB_OOM_CONTROL] : 1;
	return locked ? attribute_inherit(publisher, publication, directory) : 0;
}

static int attribute_put_on(struct publisher *publisher, struct publication *publication)
{
	int directory = publication_open(publisher, publication);
	int ret = directory < 0 ? directory : 0;

	/* Taken by another instance, or looked at by one for this moment. */
	if (ret == 0 && publication->lock < 0 && flock(directory, LOCK_EX | LOCK_NB) < 0)
		ret = -errno;
	if (ret == 0)
		ret = saved_store(directory, &publication->saved);
	if (ret < 0 || publication->lock >= 0)
		io_close(&directory);
	else
		publication->lock = directory;
	if (ret == 0)
		publication->attribute = true;
	return ret;
}

int attribute_take_off(struct publisher *publisher, struct publication *publication)
{
	int directory = publication_open(publisher, publication);
	int ret = directory < 0 ? directory : saved_drop(directory);

	io_close(&directory);
	if (ret < 0 && ret != -ENOENT) /* then it went with the group */
		return ret;
	publication->attribute = false;
	if (publication->role != ROSTER_MANAGED)
		io_close(&publication->lock);
	return 0;
}

int attribute_tend(struct publisher *publisher, struct publication *publication)
{
	bool wanted = attribute_guards_own(publisher, publication);

	if (attribute_is_for_arming(publication) || wanted == publication->attribute)
		return 0;
	return wanted ? attribute_put_on(publisher, publication)
		      : attribute_take_off(publisher, publication);
}

void attribute_recover(struct publisher *publisher, struct publication *publication)
{
	int directory = publication_open(publisher, publication);
	struct saved saved;

	values_clear(&publication->saved.lent);
	if (directory < 0)
		return;
	publication->attribute = saved_load(directory, &saved) == 0;
	/* The roster's copy may be torn; the attribute never is. */
	if (publication->attribute)
		publication->saved = saved;
	/* Where guardian or handler hold the group the lock is theirs, and out of our reach. */
	if (publication->attribute && flock(directory, LOCK_EX | LOCK_NB) == 0)
		publication->lock = directory;
	else
		io_close(&directory);
}

void attribute_recover_own(struct publisher *publisher, struct publication *publication)
{
	publication->own =
		publication->node && publication->role != ROSTER_ANCESTOR &&
		publication->saved.found.value[KNOB_OOM_CONTROL] == 1 &&
		(publication->attribute || !publish_saved_above(publisher, publication->node));
}
