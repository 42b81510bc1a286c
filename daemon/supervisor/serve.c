/* See serve.h. Every step looks at what is, not at what was done: a lost message is simply sent again. */
#include "supervisor/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hold.h"
#include "base/io.h"
#include "settings/human.h"
#include "supervisor/freezer.h"
#include "supervisor/publication.h"
#include "supervisor/report.h"

/* A receiver without an answer for so long has dropped the message: out of descriptors, most likely. */
#define RESEND_MSEC 3000

static bool delivery_is_due(const struct delivery *delivery, uint32_t receiver)
{
	return delivery->sent.count == 0 || delivery->receiver != receiver ||
	       nsec_reached(clock_now(), nsec_after(delivery->sent, nsec_from_msec(RESEND_MSEC)));
}

/*
 * The directory to send: the locked one while there is one. A former supervisor's cannot be had again:
 * when a receiver holds it from then, the new description carries no lock, and the old one goes on
 * guarding the group.
 */
static int directory_get(struct publisher *publisher, struct publication *publication)
{
	int directory = publication->lock;

	if (directory >= 0)
		return directory;
	directory = publication_open(publisher, publication);
	if (directory < 0 || publication->role != ROSTER_MANAGED)
		return directory;
	if (flock(directory, LOCK_EX | LOCK_NB) == 0) {
		publication->lock = directory;
	} else if (!publication_guardian_holds(publisher, publication) &&
		   !publication_handler_holds(publisher, publication)) {
		io_close(&directory); /* somebody else took it over */
		return -EWOULDBLOCK;
	}
	return directory;
}

static void directory_put(const struct publication *publication, int directory)
{
	if (directory != publication->lock)
		io_close(&directory);
}

static int deliver(struct publisher *publisher, struct publication *publication,
		   struct delivery *delivery, enum descriptors_use use, uint32_t receiver)
{
	int directory, ret;

	if (!delivery_is_due(delivery, receiver))
		return 0;
	directory = directory_get(publisher, publication);
	if (directory < 0)
		return directory;
	ret = publication_send(publisher, publication, use, directory);
	directory_put(publication, directory);
	if (ret == 0)
		*delivery = (struct delivery){ .sent = clock_now(), .receiver = receiver };
	return ret;
}

static int attribute_save(struct publisher *publisher, struct publication *publication)
{
	int directory = publication_open(publisher, publication);
	int ret = directory < 0 ? directory : saved_store(directory, &publication->saved);

	io_close(&directory);
	if (ret == 0)
		publication->attribute = true;
	return ret;
}

/*
 * The registration lives as long as the eventfd, which is the pool's and never closed; so it is made
 * once per group. The roster says so before it is made: the doubt that our death would leave is settled
 * as "there may be one". A write that has failed leaves no doubt.
 */
static int event_register(struct publisher *publisher, struct publication *publication)
{
	int directory = publication_open(publisher, publication);
	int control = -1, target = -1, ret = directory < 0 ? directory : 0;
	char text[32];

	if (ret == 0) {
		control = openat(directory, KNOB_EVENT_CONTROL, O_WRONLY | O_CLOEXEC);
		target = openat(directory, group_files[GROUP_OOM_CONTROL].name,
				O_RDONLY | O_CLOEXEC);
		ret = control < 0 || target < 0 ? -errno : 0;
	}
	if (ret == 0) {
		publication->registered = true;
		publication_write(publisher, publication);
		(void)snprintf(text, sizeof(text), "%d %d",
			       INHERIT_EVENT_FIRST + (int)(publication->slot % INHERIT_EVENTS),
			       target);
		ret = io_write_at_start(control, text);
		publication->registered = ret == 0;
		publication_write(publisher, publication);
	}
	io_close(&control);
	io_close(&target);
	io_close(&directory);
	return ret;
}

static enum descriptors_use handler_use(enum roster_role role)
{
	switch (role) {
	case ROSTER_MANAGED:
		return DESCRIPTORS_MANAGED;
	case ROSTER_DESCENDANT:
		return DESCRIPTORS_DESCENDANT;
	case ROSTER_ANCESTOR:
		break;
	}
	return DESCRIPTORS_ANCESTOR;
}

static int members_refill(struct publisher *publisher, struct publication *publication)
{
	uint32_t read =
		atomic_load(&publisher->tables->outcomes->board[publication->slot].members_read);
	int directory, ret;

	if (publication->role == ROSTER_ANCESTOR || read == publication->members_answered)
		return 0;
	directory = publication_open(publisher, publication);
	if (directory < 0)
		return directory;
	ret = publication_send(publisher, publication, DESCRIPTORS_MEMBERS, directory);
	io_close(&directory);
	if (ret == 0)
		publication->members_answered = read;
	return ret;
}

static void armed_report(struct publisher *publisher, struct publication *publication)
{
	const struct board_slot *board = &publisher->tables->outcomes->board[publication->slot];
	const struct bytes limit = { publication->saved.found.value[KNOB_LIMIT] };
	char label[GROUP_LABEL_SIZE], size[HUMAN_SIZE];
	struct policy policy;

	if (publication->reported || atomic_load(&board->state) != BOARD_ARMED)
		return;
	if (roster_read_policy(publisher->tables->roster, publication->node->plan.policy, &policy) <
	    0)
		return; /* next time */
	publication->reported = true;
	report_event(REPORT_ARMED, "%s: armed, policy %s, limit %s",
		     publication_label(publication, label), policy.name, human_limit(limit, size));
}

/* Guardian before attribute, attribute before handler. Return: 1 when that much is done. */
static int safety_advance(struct publisher *publisher, struct publication *publication)
{
	int ret;

	if (!publication->enforce)
		return 1;
	if (!publication_guardian_holds(publisher, publication)) {
		if (publication->guardian.sent.count == 0)
			HOLD(HOLD_PUBLISH_BEFORE_TAKE);
		return deliver(publisher, publication, &publication->guardian, DESCRIPTORS_GUARDIAN,
			       1);
	}
	if (publication->attribute)
		return 1;
	ret = attribute_save(publisher, publication);
	if (ret == 0)
		HOLD(HOLD_PUBLISH_AFTER_SAVE);
	return ret < 0 ? ret : 1;
}

static int managed_finish(struct publisher *publisher, struct publication *publication)
{
	if (!publication->registered) {
		int ret = event_register(publisher, publication);

		if (ret < 0)
			return ret;
		HOLD(HOLD_PUBLISH_AFTER_REGISTER);
	}
	publication->want = publication->enforce ? ROSTER_WANT_ARMED : ROSTER_WANT_HELD;
	armed_report(publisher, publication);
	return publication->enforce ? freezer_advance(publisher, publication) : 0;
}

int serve_advance(struct publisher *publisher, struct publication *publication)
{
	uint32_t handler = publication_handler(publisher);
	int ret = safety_advance(publisher, publication);

	if (ret <= 0)
		return ret;
	if (!publication_handler_holds(publisher, publication)) {
		publication->members_answered = 0;
		ret = handler ? deliver(publisher, publication, &publication->handler,
					handler_use(publication->role), handler)
			      : 0;
		if (ret == 0 && handler)
			HOLD(HOLD_PUBLISH_AFTER_GROUP);
		return ret;
	}
	ret = members_refill(publisher, publication);
	if (ret == 0 && publication->role == ROSTER_MANAGED)
		ret = managed_finish(publisher, publication);
	publication_write(publisher, publication);
	return ret;
}
