/* See orders.h. */
#include "handler/orders.h"

#include <assert.h>
#include <errno.h>

#include "handler/handler.h"
#include "handler/source.h"
#include "shared/bpf_call.h"

struct order order_of(const struct candidate *candidate)
{
	return (struct order){ .pid = candidate->who.pid,
			       .live = candidate->live,
			       .start_nsec = candidate->who.start_nsec };
}

bool orders_are_usable(const struct handler *handler)
{
	return adopt_program(&handler->adopt, ROLL_SIGNAL) >= 0 &&
	       adopt_program(&handler->adopt, ROLL_FIND) >= 0 &&
	       source_is_usable(&handler->tables.outcomes->kill);
}

void orders_begin(struct handler *handler)
{
	handler->tables.roll->orders = 0;
}

int orders_add(struct handler *handler, struct order order)
{
	struct roll *roll = handler->tables.roll;

	if (roll->orders == ROLL_TASKS)
		return -ENOBUFS;
	roll->order[roll->orders] = (struct roll_order){ .pid = order.pid,
							 .live = order.live,
							 .start_nsec = order.start_nsec };
	return (int)roll->orders++;
}

/* What the program did not come to must not look like success. */
static int cancel_rest(struct roll *roll)
{
	if (roll->carried_out >= roll->orders)
		return 0;
	for (uint32_t i = roll->carried_out; i < roll->orders; i++)
		roll->order[i].error = -ECANCELED;
	return -ECANCELED;
}

static int run(struct handler *handler, enum roll_program program)
{
	struct roll *roll = handler->tables.roll;
	int fd = adopt_program(&handler->adopt, program), ret, rest;

	roll->carried_out = 0;
	ret = fd < 0 ? fd : bpf_run(fd);
	rest = cancel_rest(roll);
	return ret < 0 ? ret : rest;
}

int orders_signal(struct handler *handler, int signal_number)
{
	bool tried = adopt_program(&handler->adopt, ROLL_SIGNAL) >= 0;
	int ret;

	handler->tables.roll->signal_number = (uint32_t)signal_number;
	ret = run(handler, ROLL_SIGNAL);
	if (tried)
		source_note(handler, &handler->tables.outcomes->kill, ret);
	return ret;
}

/* Whose end cannot be seen should not be signalled by an order either: one fails for both. */
int orders_find(struct handler *handler)
{
	bool usable = orders_are_usable(handler);
	int ret = run(handler, ROLL_FIND);

	if (ret < 0 && usable)
		source_note(handler, &handler->tables.outcomes->kill, ret);
	return ret;
}

int orders_error(const struct handler *handler, uint32_t number)
{
	assert(number < handler->tables.roll->orders);
	return handler->tables.roll->order[number].error;
}

int order_find(struct handler *handler, struct order order)
{
	orders_begin(handler);
	(void)orders_add(handler, order); /* there is room for one */
	(void)orders_find(handler); /* said of the order as well */
	return orders_error(handler, 0);
}
