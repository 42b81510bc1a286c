/* See freezer_scout.h. */
#include "supervisor/freezer_scout.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "settings/memory.h"

/* One look at 500 groups of ten processes each takes 121 ms of a processor (measured on 6.18). */
#define LOOK_MSEC 5000

/* What is known of one slot; everything under the lock. */
struct scouted {
	uint32_t generation; /* of the slot; 0: nobody asks */
	struct nsec due; /* of the next look */
	uint32_t version; /* of the answer; 0: none yet */
	int result;
	struct freezer_place *place; /* when @result is 0, else NULL; owner: this entry */
};

static struct {
	bool started; /* main loop's */
	struct freezer_scout_tables with;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	uint32_t used; /* entries from here on are free */
	uint32_t versions; /* given so far */
	struct scouted slots[ROSTER_SLOTS];
} scout = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* A default mutex that is only locked and unlocked in pairs has no error to report (pthread_mutex_lock). */
static void scout_lock(void)
{
	(void)pthread_mutex_lock(&scout.lock);
}

static void scout_unlock(void)
{
	(void)pthread_mutex_unlock(&scout.lock);
}

static void scouted_done(struct scouted *scouted)
{
	free(scouted->place);
	*scouted = (struct scouted){ .generation = 0 };
}

static bool is_in_episode(uint32_t slot)
{
	uint32_t state = atomic_load(&scout.with.tables->outcomes->board[slot].state);

	return state == BOARD_EPISODE || state == BOARD_STRANDED;
}

static int look(uint32_t slot, uint32_t generation, struct freezer_place *ret_place)
{
	const struct pulse *pulse = scout.with.tables->pulse;
	static struct group_view view; /* the thread's alone */
	struct freezer_question question = {
		.mount = scout.with.groups->mount,
		.directory = view.directory,
		.ours = { getpid(), (pid_t)atomic_load(&pulse->guardian.pid),
			  (pid_t)atomic_load(&pulse->handler.pid) },
	};

	if (groups_view_slot(scout.with.groups, slot, generation, &view) < 0)
		return -ESRCH;
	return freezer_group_find(&question, ret_place);
}

static bool answer_is_news(const struct scouted *scouted, int result,
			   const struct freezer_place *place)
{
	if (!scouted->version || scouted->result != result)
		return true;
	return result == 0 && (scouted->place->inode != place->inode ||
			       strcmp(scouted->place->path, place->path) != 0);
}

/* Return: whether somebody should hear of it. */
static bool answer_keep(struct scouted *scouted, int result, const struct freezer_place *place)
{
	if (result == -ESRCH) {
		scouted_done(scouted);
		return false;
	}
	scouted->due = nsec_after(clock_now(), nsec_from_msec(LOOK_MSEC));
	if (!answer_is_news(scouted, result, place))
		return false;
	free(scouted->place);
	scouted->place = NULL;
	if (result == 0) {
		scouted->place = memory_new(sizeof(*place));
		*scouted->place = *place;
	}
	scouted->result = result;
	scouted->version = ++scout.versions;
	return true;
}

/* With the lock held, which it gives back while it looks. */
static void slot_look(uint32_t slot)
{
	struct scouted *scouted = &scout.slots[slot];
	uint32_t generation = scouted->generation;
	static struct freezer_place place; /* the thread's alone */
	bool news = false;
	int result;

	scout_unlock();
	result = look(slot, generation, &place);
	scout_lock();
	if (scouted->generation == generation)
		news = answer_keep(scouted, result, &place);
	if (news)
		(void)io_signal_event(INHERIT_WAKE_SUPERVISOR); /* else it is seen at the tick */
}

/* Return: when the next one is due. */
static struct nsec slots_look(void)
{
	struct nsec next = nsec_after(clock_now(), nsec_from_msec(LOOK_MSEC));

	for (uint32_t slot = 0; slot < scout.used; slot++) {
		struct scouted *scouted = &scout.slots[slot];

		if (scouted->generation && nsec_reached(clock_now(), scouted->due)) {
			if (is_in_episode(slot))
				scouted->due = nsec_after(clock_now(), nsec_from_msec(LOOK_MSEC));
			else
				slot_look(slot);
		}
		if (scouted->generation && scouted->due.count < next.count)
			next = scouted->due;
	}
	return next;
}

static void *scout_run(void *unused)
{
	(void)unused;
	(void)pthread_setname_np(pthread_self(), "freezer-scout"); /* a name is only for people */
	scout_lock();
	for (;;) {
		struct nsec next = slots_look();
		const struct timespec due = {
			.tv_sec = (time_t)(next.count / NSEC_PER_SEC),
			.tv_nsec = (long)(next.count % NSEC_PER_SEC),
		};

		/* Asked, late or for no reason: each is one more turn and does no harm. */
		(void)pthread_cond_timedwait(&scout.asked, &scout.lock, &due);
	}
	return NULL;
}

static int scout_start(struct freezer_scout_tables with)
{
	pthread_condattr_t monotonic;
	pthread_t thread;
	int ret;

	if (scout.started)
		return 0;
	scout.with = with;
	/* These fail only for wrong arguments. */
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&scout.asked, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	ret = pthread_create(&thread, NULL, scout_run, NULL);
	if (ret != 0)
		return -ret;
	(void)pthread_detach(thread); /* it ends with the program */
	scout.started = true;
	return 0;
}

int freezer_scout_ask(struct freezer_scout_tables with, uint32_t slot, uint32_t generation)
{
	struct scouted *scouted = &scout.slots[slot];
	int ret = scout_start(with);

	if (ret < 0)
		return ret;
	scout_lock();
	if (scouted->generation != generation) {
		scouted_done(scouted);
		scouted->generation = generation;
		scout.used = scout.used <= slot ? slot + 1 : scout.used;
		(void)pthread_cond_signal(&scout.asked); /* cannot fail on Linux */
	}
	scout_unlock();
	return 0;
}

static int answer_get(const struct scouted *scouted, uint32_t generation)
{
	return scouted->generation == generation && scouted->version ? scouted->result : -EAGAIN;
}

int freezer_scout_answer(uint32_t slot, uint32_t generation, uint32_t *ret_version)
{
	const struct scouted *scouted = &scout.slots[slot];
	int ret;

	scout_lock();
	ret = answer_get(scouted, generation);
	*ret_version = scouted->version;
	scout_unlock();
	return ret;
}

int freezer_scout_place(uint32_t slot, uint32_t generation, struct freezer_place *ret_place)
{
	const struct scouted *scouted = &scout.slots[slot];
	int ret;

	scout_lock();
	ret = answer_get(scouted, generation);
	if (ret == 0)
		*ret_place = *scouted->place;
	scout_unlock();
	return ret;
}
