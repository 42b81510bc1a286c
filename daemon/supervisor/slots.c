/* See slots.h. */
#include "supervisor/slots.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/io.h"

/*
 * Half of the descriptors for groups, a bit more in each receiver than travels; the other half for
 * processes (two each) and for what is on its way.
 */
#define SLOT_DESCRIPTORS (2 * (GROUP_FILE_COUNT + 1))

/* Incarnations of the supervisor do not share generations, so a message of an old one is never mistaken. */
#define GENERATIONS_PER_SUPERVISOR (1U << 20)

static uint32_t slots_affordable(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return ROSTER_SLOTS;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* up to the hard limit is always allowed */
	if (limit.rlim_cur / SLOT_DESCRIPTORS >= ROSTER_SLOTS)
		return ROSTER_SLOTS;
	return (uint32_t)(limit.rlim_cur / SLOT_DESCRIPTORS);
}

void slots_init(struct slots *slots, const struct tables *tables)
{
	uint32_t generation = atomic_load(&tables->pulse->supervisor_generation);

	*slots = (struct slots){
		.tables = tables,
		.supervisor_generation = generation,
		.next_generation = generation * GENERATIONS_PER_SUPERVISOR + 1,
		.limit = slots_affordable(),
	};
}

int slots_take(const struct slots *slots, enum roster_role role, uint32_t *ret_slot)
{
	uint32_t end = role == ROSTER_DESCENDANT ? slots->limit / 2 : slots->limit;

	for (uint32_t i = 0; i < end; i++) {
		if (slots->tables->roster->slots[i].slot.generation)
			continue;
		*ret_slot = i;
		return 0;
	}
	return slots->limit < ROSTER_SLOTS ? -EMFILE : -ENOSPC;
}

uint32_t slots_new_generation(struct slots *slots)
{
	if (slots->next_generation == 0) /* 0 means free */
		slots->next_generation++;
	return slots->next_generation++;
}

struct roster_slot slots_get(const struct slots *slots, uint32_t slot)
{
	struct roster_slot copy;

	/* The only writer reads without the sequence: an odd one is our predecessor's. */
	memcpy(&copy, &slots->tables->roster->slots[slot].slot, sizeof(copy));
	return copy;
}

static void slot_write(struct roster *roster, uint32_t slot, const struct roster_slot *source)
{
	roster_write(roster, slot, source);
	(void)io_signal_event(INHERIT_WAKE_HANDLER); /* else it sees it with its next sweep */
}

static void used_update(struct roster *roster, uint32_t slot)
{
	uint32_t used = atomic_load(&roster->slots_used);

	if (slot >= used)
		used = slot + 1;
	while (used > 0 && !roster->slots[used - 1].slot.generation)
		used--;
	atomic_store(&roster->slots_used, used);
}

void slots_put(const struct slots *slots, uint32_t slot, const struct roster_slot *source)
{
	struct roster *roster = slots->tables->roster;
	struct roster_slot old, new = *source;

	old = slots_get(slots, slot);
	if (old.generation == new.generation)
		new.loan_returned = old.loan_returned;
	if (memcmp(&old, &new, sizeof(old)) != 0 ||
	    atomic_load(&roster->slots[slot].sequence.count) % 2 != 0)
		slot_write(roster, slot, &new);
	used_update(roster, slot);
}

void slots_put_path(const struct slots *slots, uint32_t slot, const char *path)
{
	struct roster *roster = slots->tables->roster;
	struct roster_path new = { .text = "" };

	if (strlen(path) < sizeof(new.text))
		memcpy(new.text, path, strlen(path));
	if (memcmp(&roster->paths[slot].path, &new, sizeof(new)) != 0 ||
	    atomic_load(&roster->paths[slot].sequence.count) % 2 != 0)
		roster_write_path(roster, slot, &new);
}

void slots_free(const struct slots *slots, uint32_t slot)
{
	slots_put(slots, slot, &(struct roster_slot){ .generation = 0 });
	slots_put_path(slots, slot, "");
}

void slots_note_returned(const struct slots *slots, uint32_t slot, uint32_t loan)
{
	struct roster_slot copy = slots_get(slots, slot);
	struct ledger_cell cell;

	for (enum knob knob = KNOB_LIMIT; knob <= KNOB_MEMSW_LIMIT; knob++) {
		if (!copy.generation || ledger_read(slots->tables->ledger, slot, knob, &cell) < 0 ||
		    cell.inode != copy.inode || cell.loan != loan)
			continue;
		copy.loan_returned = loan;
		slot_write(slots->tables->roster, slot, &copy);
		return;
	}
}
