/*
 * See lender.h. A limit between what was found and what was lent is ours to lower; one outside was set
 * by somebody else meanwhile and is left alone. What is free goes back first; then one step at a time
 * below usage, where the write reclaims page cache on this thread. A step the group's memory is in the
 * way of fails with EBUSY and is tried again later: nobody is killed for a loan.
 */
#include "supervisor/lender.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hold.h"
#include "base/io.h"
#include "supervisor/loan_queue.h"

#define ROUND_MSEC 250 /* between two looks at the ledger; loans last seconds */
#define BACKOFF_FIRST (NSEC_PER_SEC / 2)
#define BACKOFF_LAST (32 * NSEC_PER_SEC)
#define STEPS_MAX 4096 /* in one visit: 16 GiB of the default step */
/* Room above usage in which a write finds nothing to reclaim. */
#define MARGIN 4096

struct debt {
	uint32_t slot;
	uint32_t hands_off; /* when it was taken up */
	struct ledger_cell cell[KNOB_COUNT];
	int limit[KNOB_COUNT], usage[KNOB_COUNT]; /* descriptors; -1: that knob is not lent */
};

struct memory {
	uint32_t returned; /* loan that is through */
	uint32_t slot_generation; /* it was a loan of */
	uint64_t again_nsec; /* not before */
	uint64_t backoff_nsec;
};

static struct {
	bool started;
	const struct tables *tables;
	struct groups *groups;
	_Atomic uint64_t step;
	struct memory memory[ROSTER_SLOTS]; /* the thread's own */
} lender;

#define NO_DESCRIPTORS                                                                             \
	{                                                                                          \
		-1, -1, -1, -1                                                                     \
	}
static_assert(KNOB_COUNT == 4, "a descriptor that is not open is -1");

static const enum knob lent_knobs[] = { KNOB_LIMIT, KNOB_MEMSW_LIMIT };
#define LENT_KNOBS (sizeof(lent_knobs) / sizeof(lent_knobs[0]))

static const char *usage_name(enum knob knob)
{
	return knob == KNOB_MEMSW_LIMIT ? KNOB_FILE_MEMSW_USAGE : group_files[GROUP_USAGE].name;
}

static uint32_t hands_off(uint32_t slot)
{
	/* acquire: cells written before it rose are seen with it */
	return atomic_load_explicit(&lender.tables->ledger->slots[slot].hands_off,
				    memory_order_acquire);
}

/*
 * A group that is not to be armed is being released: whatever its loans were for is over.
 *
 * Return: number of the loan that is due, 0 for none.
 */
static uint32_t debt_read(struct debt *debt, const struct roster_slot *slot, uint64_t now)
{
	bool all_due = slot->want != ROSTER_WANT_ARMED;
	uint32_t loan = 0;

	debt->hands_off = hands_off(debt->slot);
	for (size_t i = 0; i < LENT_KNOBS; i++) {
		struct ledger_cell *cell = &debt->cell[lent_knobs[i]];

		if (ledger_read(lender.tables->ledger, debt->slot, lent_knobs[i], cell) < 0)
			return 0;
		if (cell->state != LEDGER_CHANGED || cell->inode != slot->inode)
			*cell = (struct ledger_cell){ 0 };
		else if (cell->due_nsec > now && !all_due)
			return 0;
		if (cell->loan > loan)
			loan = cell->loan;
	}
	return loan;
}

static bool debt_stands(const struct debt *debt)
{
	for (size_t i = 0; i < LENT_KNOBS; i++) {
		const struct ledger_cell *taken = &debt->cell[lent_knobs[i]];
		struct ledger_cell cell;

		if (taken->state != LEDGER_CHANGED)
			continue;
		if (ledger_read(lender.tables->ledger, debt->slot, lent_knobs[i], &cell) < 0 ||
		    cell.state != LEDGER_CHANGED || cell.loan != taken->loan ||
		    cell.inode != taken->inode)
			return false;
	}
	return hands_off(debt->slot) == debt->hands_off;
}

static void debt_close(struct debt *debt)
{
	for (size_t i = 0; i < KNOB_COUNT; i++) {
		io_close(&debt->limit[i]);
		io_close(&debt->usage[i]);
	}
}

static int debt_open_files(struct debt *debt, int directory)
{
	for (size_t i = 0; i < LENT_KNOBS; i++) {
		enum knob knob = lent_knobs[i];

		if (debt->cell[knob].state != LEDGER_CHANGED)
			continue;
		debt->limit[knob] =
			openat(directory, group_files[knob_file(knob)].name, O_RDWR | O_CLOEXEC);
		if (debt->limit[knob] < 0)
			return -errno;
		debt->usage[knob] = openat(directory, usage_name(knob), O_RDONLY | O_CLOEXEC);
		if (debt->usage[knob] < 0)
			return -errno;
	}
	return 0;
}

static int debt_open(struct debt *debt, const struct group_view *view)
{
	int directory = open(view->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat status;
	int ret;

	if (directory < 0)
		return -errno;
	if (fstat(directory, &status) < 0)
		ret = -errno;
	else if (status.st_ino != view->inode)
		ret = -ENOENT;
	else
		ret = debt_open_files(debt, directory);
	io_close(&directory);
	return ret;
}

enum lowering {
	LOWERING_THROUGH, /* back at what was found, or no longer ours */
	LOWERING_MORE, /* one step down, more to go */
	LOWERING_STUCK, /* the other limit is in the way */
};

static uint64_t whole_pages(uint64_t bytes)
{
	return bytes / 4096 * 4096;
}

/* Errors: those of the kernel's files, -EBUSY when usage grew into the way, -ECANCELED: a new loan. */
static int lower(const struct debt *debt, enum knob knob, uint64_t floor,
		 enum lowering *ret_lowering)
{
	const struct ledger_cell *cell = &debt->cell[knob];
	uint64_t limit, usage, target, step = atomic_load(&lender.step);
	int ret = knob_get(knob, debt->limit[knob], &limit);

	if (ret == 0)
		ret = gauge_read(debt->usage[knob], &usage);
	if (ret < 0)
		return ret;
	if (limit <= cell->found || limit > cell->set) {
		*ret_lowering = LOWERING_THROUGH;
		return 0;
	}
	target = limit - cell->found > step ? limit - step : cell->found;
	if (target < usage + MARGIN && whole_pages(usage + MARGIN) < limit)
		target = whole_pages(usage + MARGIN);
	if (target < floor)
		target = floor;
	if (target < cell->found)
		target = cell->found;
	if (target >= limit) {
		*ret_lowering = LOWERING_STUCK;
		return 0;
	}
	HOLD(HOLD_TAKE_BACK_BEFORE_WRITE);
	if (!debt_stands(debt))
		return -ECANCELED;
	ret = knob_set(knob, debt->limit[knob], target);
	if (ret == 0)
		*ret_lowering = target == cell->found ? LOWERING_THROUGH : LOWERING_MORE;
	return ret;
}

/* The limit before the limit with swap, which may never be the smaller one. */
static int lower_both(const struct debt *debt, enum lowering *ret_lowering)
{
	enum lowering limit = LOWERING_THROUGH, memsw = LOWERING_THROUGH;
	uint64_t floor = 0;
	int ret = 0;

	if (debt->limit[KNOB_LIMIT] >= 0)
		ret = lower(debt, KNOB_LIMIT, 0, &limit);
	if (ret == 0 && debt->limit[KNOB_LIMIT] >= 0)
		ret = knob_get(KNOB_LIMIT, debt->limit[KNOB_LIMIT], &floor);
	if (ret == 0 && debt->limit[KNOB_MEMSW_LIMIT] >= 0)
		ret = lower(debt, KNOB_MEMSW_LIMIT, floor, &memsw);
	if (ret < 0)
		return ret;
	if (limit == LOWERING_MORE || memsw == LOWERING_MORE)
		*ret_lowering = LOWERING_MORE;
	else if (limit == LOWERING_THROUGH && memsw == LOWERING_THROUGH)
		*ret_lowering = LOWERING_THROUGH;
	else
		*ret_lowering = LOWERING_STUCK;
	return 0;
}

static int take_back(struct debt *debt, enum lowering *ret_lowering)
{
	enum lowering lowering = LOWERING_MORE;
	int ret = 0;

	for (int i = 0; ret == 0 && lowering == LOWERING_MORE && i < STEPS_MAX; i++)
		ret = lower_both(debt, &lowering);
	if (ret == 0)
		*ret_lowering = lowering;
	return ret;
}

static void try_later(struct memory *memory, uint64_t now)
{
	memory->backoff_nsec = memory->backoff_nsec ? 2 * memory->backoff_nsec : BACKOFF_FIRST;
	if (memory->backoff_nsec > BACKOFF_LAST)
		memory->backoff_nsec = BACKOFF_LAST;
	memory->again_nsec = now + memory->backoff_nsec;
}

static int settle(struct debt *debt, const struct roster_slot *slot, enum lowering *ret_lowering)
{
	struct group_view view;
	int ret = groups_view_slot(lender.groups, debt->slot, slot->generation, &view);

	if (ret == 0)
		ret = debt_open(debt, &view);
	if (ret == 0)
		ret = take_back(debt, ret_lowering);
	debt_close(debt);
	return ret;
}

static void visit(uint32_t number, const struct roster_slot *slot)
{
	struct debt debt = { .slot = number, .limit = NO_DESCRIPTORS, .usage = NO_DESCRIPTORS };
	struct memory *memory = &lender.memory[number];
	enum lowering lowering = LOWERING_STUCK;
	uint64_t now = clock_now().count;
	uint32_t loan = debt_read(&debt, slot, now);

	if (memory->slot_generation != slot->generation)
		*memory = (struct memory){ .slot_generation = slot->generation };
	if (loan == 0 || loan == slot->loan_returned || loan == memory->returned ||
	    now < memory->again_nsec)
		return;
	/* Any failure is tried again: a group that is gone loses its slot, and with it the debt. */
	if (settle(&debt, slot, &lowering) == 0 && lowering == LOWERING_THROUGH) {
		if (loan_queue_put((struct returned_loan){ .slot = number, .loan = loan }))
			memory->returned = loan;
		memory->backoff_nsec = 0;
		memory->again_nsec = 0;
	} else {
		try_later(memory, now);
	}
}

static void *lender_run(void *unused)
{
	const struct roster *roster = lender.tables->roster;

	(void)unused;
	(void)pthread_setname_np(pthread_self(), "lender"); /* a name is only for people */
	for (;;) {
		uint32_t used = atomic_load(&roster->slots_used);

		for (uint32_t i = 0; i < used && i < ROSTER_SLOTS; i++) {
			struct roster_slot slot;

			if (roster_read(roster, i, &slot) == 0 && slot.generation &&
			    slot.role != ROSTER_ANCESTOR)
				visit(i, &slot);
		}
		(void)poll(NULL, 0, ROUND_MSEC); /* EINTR is a look more */
	}
	return NULL;
}

void lender_set_step(struct bytes step)
{
	uint64_t pages = whole_pages(step.count);

	atomic_store(&lender.step, pages ? pages : 4096);
}

int lender_start(const struct tables *tables, struct groups *groups, struct bytes step)
{
	pthread_t thread;
	int ret;

	if (lender.started)
		return -EALREADY;
	lender.tables = tables;
	lender.groups = groups;
	lender_set_step(step);
	ret = pthread_create(&thread, NULL, lender_run, NULL);
	if (ret != 0)
		return -ret;
	(void)pthread_detach(thread); /* it ends with the program */
	lender.started = true;
	return 0;
}
