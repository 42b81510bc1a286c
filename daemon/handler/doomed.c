/* See doomed.h. */
#include "handler/doomed.h"

#include <errno.h>

#include "handler/group_owner.h"
#include "shared/roll.h"

static struct {
	struct group_owner owner;
	uint32_t count;
	struct order list[ROLL_TASKS];
} table;

void doomed_begin(const struct handler *handler, const struct episode *episode)
{
	if (group_owner_change(handler, episode, &table.owner))
		table.count = 0;
}

void doomed_note(const struct episode *episode, struct order order)
{
	/* No order can name him of whom the kernel did not tell. */
	if (order.live && table.count < ROLL_TASKS && group_owner_is(&table.owner, episode))
		table.list[table.count++] = order;
}

/* Of whom a failed run says nothing may be there. */
static void forget_gone(const struct handler *handler)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < table.count; i++)
		if (orders_error(handler, i) != -ESRCH)
			table.list[kept++] = table.list[i];
	table.count = kept;
}

uint32_t doomed_left(struct handler *handler, const struct episode *episode)
{
	if (!table.count || !group_owner_is(&table.owner, episode))
		return 0;
	orders_begin(handler);
	for (uint32_t i = 0; i < table.count; i++)
		(void)orders_add(handler, table.list[i]); /* as many as there are places */
	if (orders_find(handler) == -ENOENT)
		return 0;
	forget_gone(handler);
	return table.count;
}
