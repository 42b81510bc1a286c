/* See loan_queue.h. */
#include "supervisor/loan_queue.h"

#include <pthread.h>

#include "base/io.h"
#include "shared/inherit.h"

#define QUEUE_LOANS 256

static struct {
	pthread_mutex_t lock; /* of what follows */
	struct returned_loan loan[QUEUE_LOANS];
	uint32_t first, count;
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER };

bool loan_queue_put(struct returned_loan loan)
{
	bool room;

	pthread_mutex_lock(&queue.lock);
	room = queue.count < QUEUE_LOANS;
	if (room)
		queue.loan[(queue.first + queue.count++) % QUEUE_LOANS] = loan;
	pthread_mutex_unlock(&queue.lock);
	(void)io_signal_event(INHERIT_WAKE_SUPERVISOR); /* else its next tick finds it */
	return room;
}

bool loan_queue_take(struct returned_loan *ret_loan)
{
	bool found;

	pthread_mutex_lock(&queue.lock);
	found = queue.count > 0;
	if (found) {
		*ret_loan = queue.loan[queue.first];
		queue.first = (queue.first + 1) % QUEUE_LOANS;
		queue.count--;
	}
	pthread_mutex_unlock(&queue.lock);
	return found;
}
