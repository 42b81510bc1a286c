/* See publication.h. */
#include "supervisor/publication.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "base/io.h"
#include "base/text.h"
#include "supervisor/eligible.h"
#include "supervisor/originals.h"
#include "supervisor/plan.h"

static const enum roster_role roles[] = {
	[PLAN_NONE] = ROSTER_ANCESTOR, /* not published */
	[PLAN_ANCESTOR] = ROSTER_ANCESTOR,
	[PLAN_DESCENDANT] = ROSTER_DESCENDANT,
	[PLAN_MANAGED] = ROSTER_MANAGED,
};

int publication_open(const struct publisher *publisher, const struct publication *publication)
{
	return publication->node ? tree_open(publication->node, publisher->mount, O_RDONLY)
				 : -ENOENT;
}

bool publication_guardian_holds(const struct publisher *publisher,
				const struct publication *publication)
{
	return atomic_load(&publisher->tables->pulse->guardian_held[publication->slot]) ==
	       publication->generation;
}

bool publication_handler_holds(const struct publisher *publisher,
			       const struct publication *publication)
{
	return atomic_load(&publisher->tables->outcomes->board[publication->slot].held) ==
	       publication->generation;
}

uint32_t publication_handler(const struct publisher *publisher)
{
	const struct pulse *pulse = publisher->tables->pulse;
	uint32_t generation = atomic_load(&pulse->handler_generation);

	return atomic_load(&pulse->handler_ready) == generation ? generation : 0;
}

const char *publication_label(const struct publication *publication,
			      char label[static GROUP_LABEL_SIZE])
{
	char path[PATH_MAX];

	if (!publication->node)
		return strcpy(label, "a removed group");
	return text_escape(tree_path(publication->node, path, sizeof(path)), label,
			   GROUP_LABEL_SIZE);
}

static struct wire wire_of(const struct publisher *publisher, const struct publication *publication,
			   enum wire_kind kind)
{
	return (struct wire){
		.kind = kind,
		.receiver_generation = atomic_load(&publisher->tables->pulse->handler_generation),
		.slot = publication->slot,
		.generation = publication->generation,
	};
}

int publication_send(const struct publisher *publisher, const struct publication *publication,
		     enum descriptors_use use, int directory)
{
	struct wire wire = wire_of(publisher, publication,
				   use == DESCRIPTORS_MEMBERS ? WIRE_GROUP_MEMBERS : WIRE_GROUP);
	int socket = use == DESCRIPTORS_GUARDIAN ? INHERIT_GUARDIAN_SOCKET : INHERIT_HANDLER_SOCKET;
	struct descriptors descriptors;
	int ret = descriptors_open(directory, use, &descriptors);

	if (ret < 0)
		return ret;
	ret = descriptors_send(socket, &wire, &descriptors);
	descriptors_done(&descriptors);
	return ret;
}

int publication_send_gone(const struct publisher *publisher, const struct publication *publication,
			  int socket)
{
	struct wire wire = wire_of(publisher, publication, WIRE_GROUP_GONE);

	return wire_send(socket, &wire, NULL, 0);
}

void publication_write(const struct publisher *publisher, const struct publication *publication)
{
	const struct node *node = publication->node;
	struct roster_slot slot = slots_get(&publisher->slots, publication->slot);

	slot = (struct roster_slot){
		.generation = publication->generation,
		.parent = node && node->parent ? node->parent->slot : slot.parent,
		.inode = publication->inode,
		.role = publication->role,
		.want = publication->want,
		.policy = node && node->plan.role == PLAN_MANAGED ? node->plan.policy : slot.policy,
		.vouched = publisher->slots.supervisor_generation,
		.registered = publication->registered,
		.saved = publication->saved.found,
	};
	slots_put(&publisher->slots, publication->slot, &slot);
}

static void values_clear(struct knob_values *values)
{
	for (int knob = 0; knob < KNOB_COUNT; knob++)
		values->value[knob] = KNOB_ABSENT;
}

/*
 * Found 1 without an attribute: below an armed group it was inherited and takes the value that one was
 * found with; elsewhere it is the operator's own. Below a group that we are going to arm it would look
 * inherited later, so that is noted on it first.
 */
static int found_settle(struct publisher *publisher, struct publication *publication, int directory)
{
	uint64_t *found = &publication->saved.found.value[KNOB_OOM_CONTROL];
	const struct publication *above = publish_armed_above(publisher, publication->node);

	if (*found == 0 || publication->role == ROSTER_ANCESTOR || !above)
		return 0;
	if (above->attribute) {
		*found = above->saved.found.value[KNOB_OOM_CONTROL];
		return *found == 0 ? originals_enable_killer(directory) : 0;
	}
	if (publication->role == ROSTER_MANAGED)
		return 0; /* gets its attribute when it is served */
	publication->attribute = true;
	return saved_store(directory, &publication->saved);
}

/*
 * Values and attribute of a group that is about to be published. What an orphan was found with holds
 * on: it was found so by one of us. An orphan below a managed group keeps a 1 of its own like any other.
 */
static int originals_find(struct publisher *publisher, struct publication *publication,
			  int directory, bool locked)
{
	struct saved *saved = &publication->saved;
	struct saved orphan;
	int attribute = saved_load(directory, &orphan);
	int ret;

	if (attribute == 0 && locked) {
		/* A limit that does not go down yet is the group's business, not a reason to wait. */
		ret = originals_repair(publisher->mount, directory, publication->node, &orphan);
		if (ret == -ENODEV)
			return ret;
	}
	ret = originals_read(directory, &saved->found);
	values_clear(&saved->lent);
	if (ret < 0)
		return ret;
	if (attribute == 0) {
		/* Without the lock it is another instance's group, which nobody here writes to. */
		saved->found.value[KNOB_OOM_CONTROL] =
			locked ? orphan.found.value[KNOB_OOM_CONTROL] : 1;
		publication->attribute = locked && publication->role == ROSTER_DESCENDANT &&
					 saved->found.value[KNOB_OOM_CONTROL] == 1;
		return publication->attribute ? saved_store(directory, saved) : 0;
	}
	return found_settle(publisher, publication, directory);
}

static int begin_refuse(struct node *node, int error)
{
	char text[TREE_REFUSAL_SIZE];

	if (error == -EWOULDBLOCK)
		plan_refuse(node, ELIGIBLE_LOCKED);
	else if (error == -ENOSPC)
		plan_refuse(node, "the roster is full");
	else if (error == -EMFILE || error == -ENFILE)
		plan_refuse(node, "not enough file descriptors: raise RLIMIT_NOFILE");
	else if (error != -ENOENT && error != -ENODEV) {
		(void)snprintf(text, sizeof(text), "cannot be taken over: %s", strerror(-error));
		plan_refuse(node, text);
	}
	return error;
}

static int publication_fill(struct publisher *publisher, struct publication *draft)
{
	int directory = tree_open(draft->node, publisher->mount, O_RDONLY);
	bool locked;
	int ret;

	if (directory < 0)
		return directory;
	locked = draft->role != ROSTER_ANCESTOR && flock(directory, LOCK_EX | LOCK_NB) == 0;
	ret = draft->role == ROSTER_MANAGED && !locked ? -errno : 0;
	if (ret == 0)
		ret = originals_find(publisher, draft, directory, locked);
	/* A descendant that keeps its own 1 is locked by us, lest it be taken for an orphan. */
	if (ret == 0 && (draft->role == ROSTER_MANAGED || draft->attribute))
		draft->lock = directory;
	else
		io_close(&directory);
	return ret;
}

int publication_begin(struct publisher *publisher, struct node *node)
{
	struct publication draft = {
		.slot = node->slot,
		.node = node,
		.inode = node->inode,
		.role = roles[node->plan.role],
		.want = ROSTER_WANT_HELD,
		.enforce = node->plan.role == PLAN_MANAGED && node->plan.enforce,
		.registered = node->slot != ROSTER_NO_SLOT,
		.lock = -1,
	};
	int ret = publication_fill(publisher, &draft);

	if (ret == 0 && draft.slot == ROSTER_NO_SLOT)
		ret = slots_take(&publisher->slots, &draft.slot);
	if (ret < 0) {
		io_close(&draft.lock);
		return begin_refuse(node, ret);
	}
	draft.generation = slots_new_generation(&publisher->slots);
	node->slot = draft.slot;
	publisher->list[draft.slot] = draft;
	if (publisher->used <= draft.slot)
		publisher->used = draft.slot + 1;
	publication_write(publisher, &publisher->list[draft.slot]);
	return 0;
}

int publication_keep_own(struct publisher *publisher, struct publication *publication)
{
	const struct publication *above = publish_armed_above(publisher, publication->node);
	int directory, ret;

	if (publication->role != ROSTER_DESCENDANT || publication->attribute || !above ||
	    above->attribute || publication->saved.found.value[KNOB_OOM_CONTROL] == 0)
		return 0;
	directory = publication_open(publisher, publication);
	if (directory < 0)
		return directory;
	/* Taken by another instance: it has an attribute already. */
	ret = flock(directory, LOCK_EX | LOCK_NB) == 0 ? saved_store(directory, &publication->saved)
						       : -errno;
	if (ret < 0) {
		io_close(&directory);
		return ret;
	}
	publication->attribute = true;
	publication->lock = directory;
	return 0;
}

static void saved_recover(struct publisher *publisher, struct publication *publication)
{
	int directory = publication_open(publisher, publication);
	struct saved saved;

	if (directory < 0)
		return;
	publication->attribute = saved_load(directory, &saved) == 0;
	/* The roster's copy may be torn; the attribute never is. */
	if (publication->attribute)
		publication->saved = saved;
	if (publication->attribute && publication->role == ROSTER_DESCENDANT &&
	    flock(directory, LOCK_EX | LOCK_NB) == 0)
		publication->lock = directory;
	else
		io_close(&directory);
}

void publication_recover(struct publisher *publisher, uint32_t slot, struct node *node)
{
	struct roster_slot roster = slots_get(&publisher->slots, slot);
	struct publication *publication = &publisher->list[slot];
	struct policy policy = { .mode = POLICY_IGNORE };

	*publication = (struct publication){
		.slot = slot,
		.generation = roster.generation,
		.node = node,
		.inode = roster.inode,
		.role = roster.role,
		.want = roster.want,
		.phase = node && roster.want != ROSTER_WANT_GONE ? PUBLICATION_SERVE
								 : PUBLICATION_RELEASE,
		.registered = roster.registered,
		.lock = -1,
		.saved.found = roster.saved,
	};
	values_clear(&publication->saved.lent);
	(void)roster_read_policy(publisher->tables->roster, roster.policy,
				 &policy); /* else ignore */
	publication->enforce = roster.role == ROSTER_MANAGED && policy.mode == POLICY_ENFORCE;
	if (node)
		node->slot = slot;
	saved_recover(publisher, publication);
	if (publisher->used <= slot)
		publisher->used = slot + 1;
	publication_write(publisher, publication);
}
