/* See programs.h. */
#include "programs/programs.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup/test.h"
#include "shared/bpf_call.h"
#include "supervisor/layout.h"

static struct roll *roll; /* the map's memory */

static int roll_make(void)
{
	int map = bpf_map_make("test_roll", sizeof(*roll));
	void *out;

	if (map < 0)
		test_skip("no map for the roll: %s", strerror(-map));
	out = mmap(NULL, sizeof(*roll), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	expect(out != MAP_FAILED);
	roll = out;
	return map;
}

void programs_load(enum bpf_part part, struct bpf_wish wish)
{
	wish.roll = roll_make();
	expect(layout_hierarchy("memory", &wish.hierarchy) == 0);
	wish.parts[BPF_PART_ROLL] = wish.parts[BPF_PART_SIGNAL] = wish.parts[BPF_PART_ITER] = true;
	bpf_load(&wish);
	if (bpf_why_not(part))
		test_skip("%s: %s", bpf_part_name(part), bpf_why_not(part));
}

struct roll_question programs_question(const struct cg *cg)
{
	return (struct roll_question){ .inode = cg_inode(cg) };
}

static void ask(struct roll_question question)
{
	question.number = roll->question.number + 1;
	roll->question = question;
}

static const struct roll *expect_answer(void)
{
	const struct roll_answer *answer = &roll->answer;

	expect(answer->number == roll->question.number);
	if (answer->error)
		test_fail(TEST_HERE, "the answer says %s", strerror(-answer->error));
	expect(answer->complete == 1);
	expect(answer->listed <= answer->total && answer->estimated <= answer->listed);
	return roll;
}

const struct roll *programs_call_any(struct roll_question question)
{
	ask(question);
	expect(bpf_run(bpf_program(ROLL_CALL)) == 0);
	return roll;
}

const struct roll *programs_call(struct roll_question question)
{
	(void)programs_call_any(question);
	return expect_answer();
}

/* Once in a million tasks the kernel interrupts the read (kernel/bpf/bpf_iter.c, 6.18). */
const struct roll *programs_iterate(struct roll_question question)
{
	int fd = bpf_iterator_open();
	ssize_t out;
	char byte;

	if (fd < 0)
		test_skip("no iterator: %s", bpf_why_not(BPF_PART_ITER));
	ask(question);
	do
		out = read(fd, &byte, 1);
	while (out < 0 && errno == EAGAIN);
	expect(out == 0 && close(fd) == 0);
	return expect_answer();
}

const struct roll_task *programs_find(const struct roll *all, pid_t pid)
{
	for (uint32_t i = 0; i < all->answer.listed; i++)
		if (all->task[i].pid == (uint32_t)pid)
			return &all->task[i];
	return NULL;
}

struct roll_order programs_order_of(const struct roll_task *task)
{
	return (struct roll_order){ .pid = task->pid,
				    .live = task->live,
				    .start_nsec = task->start_nsec };
}

static void orders_run(enum roll_program program, uint32_t count, int signal_number)
{
	roll->orders = count;
	roll->carried_out = 0;
	roll->signal_number = (uint32_t)signal_number;
	expect(bpf_run(bpf_program(program)) == 0);
	expect(roll->carried_out == count);
}

int programs_order(enum roll_program program, struct roll_order order, int signal_number)
{
	roll->order[0] = order;
	orders_run(program, 1, signal_number);
	return roll->order[0].error;
}

const struct roll *programs_order_all(const struct roll_order *orders, uint32_t count,
				      int signal_number)
{
	expect(count <= ROLL_TASKS);
	memcpy(roll->order, orders, count * sizeof(*orders));
	orders_run(ROLL_SIGNAL, count, signal_number);
	return roll;
}
