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
#include "supervisor/attribute.h"
#include "supervisor/eligible.h"
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

int publication_send_freezer(const struct publisher *publisher,
			     const struct publication *publication, int socket, int directory)
{
	struct wire wire = wire_of(publisher, publication, WIRE_GROUP_FREEZER);
	struct descriptors descriptors;
	int ret;

	if (directory < 0)
		return wire_send(socket, &wire, NULL, 0);
	ret = descriptors_open(directory, DESCRIPTORS_FREEZER, &descriptors);
	if (ret < 0)
		return ret;
	/* An empty message would take back what the receiver has. */
	ret = descriptors.files ? descriptors_send(socket, &wire, &descriptors) : -ENOENT;
	descriptors_done(&descriptors);
	return ret;
}

int publication_send_gone(const struct publisher *publisher, const struct publication *publication,
			  int socket)
{
	struct wire wire = wire_of(publisher, publication, WIRE_GROUP_GONE);

	return wire_send(socket, &wire, NULL, 0);
}

/* The nearest one above with a slot: there may have been none left for the parent. */
static uint32_t parent_slot(const struct node *node)
{
	for (node = node->parent; node; node = node->parent)
		if (node->slot != ROSTER_NO_SLOT)
			return node->slot;
	return ROSTER_NO_SLOT;
}

void publication_write(const struct publisher *publisher, const struct publication *publication)
{
	const struct node *node = publication->node;
	char path[PATH_MAX];
	struct roster_slot slot = slots_get(&publisher->slots, publication->slot);

	slot = (struct roster_slot){
		.generation = publication->generation,
		.parent = node ? parent_slot(node) : slot.parent,
		.inode = publication->inode,
		.role = publication->role,
		.want = publication->want,
		.policy = node && node->plan.role == PLAN_MANAGED ? node->plan.policy : slot.policy,
		.vouched = publisher->slots.supervisor_generation,
		.registered = publication->registered,
		.saved = publication->saved.found,
	};
	/* The path first: a new tenant is never seen with its predecessor's. A group that is gone keeps it. */
	if (node)
		slots_put_path(&publisher->slots, publication->slot,
			       tree_path(node, path, sizeof(path)));
	slots_put(&publisher->slots, publication->slot, &slot);
}

static int begin_refuse(struct node *node, int error)
{
	char text[TREE_REFUSAL_SIZE];

	if (node->plan.role != PLAN_MANAGED)
		return error; /* nobody has asked for it */
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
		ret = attribute_find(publisher, draft, directory, locked);
	/* A descendant that keeps its own 1 is locked by us, lest it be taken for an orphan. */
	if (ret == 0 && (draft->role == ROSTER_MANAGED || draft->attribute))
		draft->lock = directory;
	else
		io_close(&directory);
	return ret;
}

int publication_begin(struct publisher *publisher, struct node *node)
{
	const struct publication *former = publish_find(publisher, node);
	struct publication draft = {
		.slot = node->slot,
		.node = node,
		.inode = node->inode,
		.role = roles[node->plan.role],
		.want = ROSTER_WANT_HELD,
		.enforce = node->plan.role == PLAN_MANAGED && node->plan.enforce,
		.registered = former && former->registered,
		.lock = -1,
	};
	int ret = publication_fill(publisher, &draft);

	if (ret == 0 && draft.slot == ROSTER_NO_SLOT) {
		ret = slots_take(&publisher->slots, draft.role, &draft.slot);
		node->slotless = ret < 0 && draft.role != ROSTER_MANAGED;
	}
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
		.freezer.unsure = true,
		.lock = -1,
		.saved.found = roster.saved,
	};
	(void)roster_read_policy(publisher->tables->roster, roster.policy,
				 &policy); /* else ignore */
	publication->enforce = roster.role == ROSTER_MANAGED && policy.mode == POLICY_ENFORCE;
	if (node)
		node->slot = slot;
	attribute_recover(publisher, publication);
	if (publisher->used <= slot)
		publisher->used = slot + 1;
	publication_write(publisher, publication);
}
