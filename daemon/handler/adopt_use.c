/*
 * See adopt.h: the loop's side. Nothing here waits; whatever is found may be used until adopt_leave().
 */
#include "handler/adopt.h"

#include <errno.h>

void adopt_enter(struct adopt *adopt)
{
	/* seq_cst: pairs with adopt_quiesce(); the loop reads generations only after this store */
	atomic_fetch_add(&adopt->turn, 1);
}

void adopt_leave(struct adopt *adopt)
{
	atomic_fetch_add(&adopt->turn, 1);
}

const struct group_seat *adopt_group(const struct adopt *adopt, uint32_t slot, uint32_t generation)
{
	const struct group_seat *seat = &adopt->groups[slot];

	return generation && atomic_load(&seat->generation) == generation ? seat : NULL;
}

const struct process_seat *adopt_process(const struct adopt *adopt, uint32_t index,
					 uint32_t generation)
{
	const struct process_seat *seat = &adopt->processes[index];

	return generation && atomic_load(&seat->generation) == generation ? seat : NULL;
}

int adopt_take_members(struct adopt *adopt, uint32_t slot, uint32_t generation)
{
	struct group_seat *seat = &adopt->groups[slot];

	if (!adopt_group(adopt, slot, generation))
		return -ESRCH;
	for (int i = 0; i < GROUP_MEMBERS; i++) {
		int fd = atomic_exchange(&seat->members[i], -1);

		if (fd < 0)
			continue;
		/* relaxed: a counter the supervisor looks at when it feels like it */
		atomic_fetch_add_explicit(&adopt->tables->outcomes->board[slot].members_read, 1,
					  memory_order_relaxed);
		return fd;
	}
	return -ENFILE;
}

int adopt_program(const struct adopt *adopt, enum roll_program program)
{
	int fd = atomic_load(&adopt->programs.generation)
			 ? atomic_load(&adopt->programs.fd[program])
			 : -1;

	return fd >= 0 ? fd : -ENOENT;
}

bool adopt_has_iterator(const struct adopt *adopt)
{
	for (int i = 0; i < WIRE_ITERATORS_MAX; i++)
		if (atomic_load(&adopt->programs.iterators[i]) >= 0)
			return true;
	return false;
}

int adopt_take_iterator(struct adopt *adopt)
{
	for (int i = 0; i < WIRE_ITERATORS_MAX; i++) {
		int fd = atomic_exchange(&adopt->programs.iterators[i], -1);

		if (fd < 0)
			continue;
		/* relaxed: as members_read */
		atomic_fetch_add_explicit(&adopt->tables->outcomes->iterators_read, 1,
					  memory_order_relaxed);
		return fd;
	}
	return -ENFILE;
}

void adopt_spend(struct adopt *adopt, int fd)
{
	uint32_t index;

	if (!ring_reserve(&adopt->spent, ADOPT_SPENT, &index))
		return;
	adopt->spent_fd[index] = fd;
	ring_publish(&adopt->spent);
}
