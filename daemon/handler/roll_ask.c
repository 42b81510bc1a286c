/* See roll_ask.h. */
#include "handler/roll_ask.h"

#include <errno.h>
#include <unistd.h>

#include "shared/bpf_call.h"

/* A read without text comes back after a million tasks (MAX_ITER_OBJECTS, kernel/bpf/bpf_iter.c). */
#define ITERATOR_READS 16

bool roll_can_ask(const struct handler *handler, enum source source)
{
	switch (source) {
	case SOURCE_BPF:
		return adopt_program(&handler->adopt, ROLL_CALL) >= 0;
	case SOURCE_ITER:
		return adopt_has_iterator(&handler->adopt);
	case SOURCE_FACTS:
	case SOURCE_COUNT:
		break;
	}
	return true;
}

/* The program says nothing in text: the end comes at once, or after each million. */
static int iterator_read(int fd)
{
	char nothing[64];

	for (int reads = 0; reads < ITERATOR_READS; reads++) {
		ssize_t out = read(fd, nothing, sizeof(nothing));

		if (out == 0)
			return 0;
		if (out < 0 && errno != EAGAIN)
			return -errno;
	}
	return -E2BIG;
}

static int program_run(struct handler *handler, enum source source)
{
	int fd = source == SOURCE_BPF ? adopt_program(&handler->adopt, ROLL_CALL)
				      : adopt_take_iterator(&handler->adopt);
	int ret;

	if (fd < 0)
		return fd;
	if (source == SOURCE_BPF)
		return bpf_run(fd);
	ret = iterator_read(fd);
	adopt_spend(&handler->adopt, fd);
	return ret;
}

static int answer_check(const struct roll *roll)
{
	const struct roll_answer *answer = &roll->answer;

	if (answer->number != roll->question.number)
		return -EPROTO;
	if (answer->error)
		return answer->error < 0 ? answer->error : -EPROTO;
	if (!answer->complete)
		return -ECANCELED;
	return answer->listed > ROLL_TASKS || answer->listed > answer->total ? -EPROTO : 0;
}

/* Numbers grow over all handlers: the roll outlives them. */
static int call(struct handler *handler, enum source source, struct roll_question question)
{
	struct roll *roll = handler->tables.roll;
	int ret;

	question.number = roll->question.number + 1;
	roll->question = question;
	ret = program_run(handler, source);
	return ret < 0 ? ret : answer_check(roll);
}

/* From which class on are they @most? And how many are these? */
static uint32_t classes_within(const struct roll_answer *answer, uint32_t most, uint32_t *ret_count)
{
	uint32_t class = ROLL_SIZES;
	uint32_t count = 0;

	while (class > 0 && answer->sizes[class - 1] <= most - count)
		count += answer->sizes[--class];
	*ret_count = count;
	return class;
}

/*
 * Where so many are alike that not all can be added up, which of them would be is chance: only larger ones,
 * and if there are none, some of these rather than nobody.
 */
static uint64_t exact_from(const struct roll_answer *answer)
{
	uint32_t count;
	uint32_t class = classes_within(answer, answer->exact_most, &count);

	return roll_size_floor(count == 0 && class > 0 ? class - 1 : class);
}

/* As many as there is room for: of the class that does not fit as a whole, what is left for it. */
static void list_largest(const struct roll_answer *answer, struct roll_question *question)
{
	uint32_t count;
	uint32_t class = classes_within(answer, ROLL_TASKS, &count);

	question->class_most = class > 0 ? ROLL_TASKS - count : 0;
	question->at_least = roll_size_floor(question->class_most ? class - 1 : class);
}

/*
 * Is somebody estimated who would be added up exactly if only those from @bound on were? Where all are,
 * this kernel has nothing to add up (until 6.1).
 */
static bool is_worth_adding_up(const struct handler *handler, uint64_t bound)
{
	const struct roll *roll = handler->tables.roll;

	if (!roll->answer.exact_most || roll->answer.estimated >= roll->answer.listed)
		return false;
	for (uint32_t i = 0; i < roll->answer.listed; i++) {
		const struct roll_task *task = &roll->task[i];
		uint64_t bytes = task->anon + task->file + task->shmem + task->swap;

		if (task->flags & FACT_ESTIMATED && bytes / handler->page_bytes >= bound)
			return true;
	}
	return false;
}

/* Return: whether a second answer would be better than this one, and the question for it. */
static bool refine(const struct handler *handler, struct roll_question *question)
{
	const struct roll_answer *answer = &handler->tables.roll->answer;
	bool cut = answer->total > answer->listed;

	question->exact_from = exact_from(answer);
	if (cut)
		list_largest(answer, question);
	return cut || is_worth_adding_up(handler, question->exact_from);
}

int roll_ask(struct handler *handler, enum source source, uint64_t inode)
{
	struct roll_question question = { .inode = inode };
	int ret = call(handler, source, question);

	if (ret < 0 || !refine(handler, &question) || !roll_can_ask(handler, source))
		return ret;
	return call(handler, source, question);
}
