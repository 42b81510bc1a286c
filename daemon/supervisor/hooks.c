/* See hooks.h. Whose turn it is; how one runs stands in hook.c. */
#include "supervisor/hooks.h"

#include <errno.h>

#include "base/io.h"
#include "supervisor/hook.h"
#include "supervisor/supervisor.h"

void hooks_init(struct hooks *hooks, struct supervisor *supervisor)
{
	hooks->supervisor = supervisor;
}

void hooks_answer(struct hooks *hooks, uint32_t slot, uint32_t number, int error)
{
	struct roster *roster = hooks->supervisor->tables.roster;

	atomic_store(&roster->hooks[slot].error, (uint32_t)-error);
	atomic_store(&roster->hooks[slot].answered, number);
	(void)io_signal_event(
		INHERIT_WAKE_HANDLER); /* else it looks when the step's time is over */
}

static uint32_t wanted_of(const struct hooks *hooks, uint32_t slot)
{
	return atomic_load(&hooks->supervisor->tables.outcomes->board[slot].hook_wanted);
}

static bool is_answered(const struct hooks *hooks, uint32_t slot)
{
	return atomic_load(&hooks->supervisor->tables.roster->hooks[slot].answered) ==
	       wanted_of(hooks, slot);
}

static struct hook *hook_of(struct hooks *hooks, uint32_t slot)
{
	for (size_t i = 0; i < HOOKS_AT_ONCE; i++)
		if (hooks->list[i].hooks && hooks->list[i].slot == slot)
			return &hooks->list[i];
	return NULL;
}

static struct hook *place_free(struct hooks *hooks)
{
	for (size_t i = 0; i < HOOKS_AT_ONCE; i++)
		if (!hooks->list[i].hooks)
			return &hooks->list[i];
	return NULL;
}

/* The tenant has left, or its handler has given up waiting and gone on. */
static void drop_unwanted(struct hooks *hooks)
{
	for (size_t i = 0; i < HOOKS_AT_ONCE; i++) {
		struct hook *hook = &hooks->list[i];

		if (hook->hooks &&
		    (hooks->supervisor->publisher.list[hook->slot].generation != hook->generation ||
		     wanted_of(hooks, hook->slot) != hook->number))
			hook_drop(hook);
	}
}

static void slot_follow(struct hooks *hooks, const struct publication *publication)
{
	uint32_t slot = publication->slot;
	struct hook *place;
	int ret;

	if (hooks->seen[slot] != publication->generation) {
		hooks->seen[slot] = publication->generation;
		if (!is_answered(hooks, slot))
			hooks_answer(hooks, slot, wanted_of(hooks, slot), -ECONNABORTED);
		return;
	}
	if (is_answered(hooks, slot) || hook_of(hooks, slot))
		return;
	place = place_free(hooks);
	if (!place)
		return;
	ret = hook_begin(hooks, place, publication);
	if (ret < 0)
		hooks_answer(hooks, slot, wanted_of(hooks, slot), ret);
}

void hooks_follow(struct hooks *hooks)
{
	struct publisher *publisher = &hooks->supervisor->publisher;

	drop_unwanted(hooks);
	for (uint32_t slot = 0; slot < publisher->used; slot++)
		if (publisher->list[slot].generation &&
		    publisher->list[slot].role == ROSTER_MANAGED)
			slot_follow(hooks, &publisher->list[slot]);
}
