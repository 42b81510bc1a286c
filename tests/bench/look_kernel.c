/* The programs of the roll, loaded as the supervisor does it and asked as the handler does. See look.h. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/look.h"
#include "cgroup/test.h"
#include "shared/bpf_call.h"
#include "supervisor/bpf.h"
#include "supervisor/layout.h"

static struct roll *roll; /* the map's memory; NULL: there is none */

void look_kernel_prepare(void)
{
	struct bpf_wish wish = { .roll = bpf_map_make("bench_roll", sizeof(*roll)) };
	void *out;

	if (wish.roll < 0)
		return;
	out = mmap(NULL, sizeof(*roll), PROT_READ | PROT_WRITE, MAP_SHARED, wish.roll, 0);
	expect(out != MAP_FAILED && layout_hierarchy("memory", &wish.hierarchy) == 0);
	roll = out;
	wish.parts[BPF_PART_ROLL] = wish.parts[BPF_PART_ITER] = true;
	bpf_load(&wish);
}

static const char *why_not(enum bpf_part part)
{
	return roll ? bpf_why_not(part) : "this kernel gives no map for it";
}

const char *look_bpf_why_not(void)
{
	return why_not(BPF_PART_ROLL);
}

const char *look_iter_why_not(void)
{
	return why_not(BPF_PART_ITER);
}

static void ask(const struct cg *cg)
{
	roll->question = (struct roll_question){ .number = roll->question.number + 1,
						 .inode = cg_inode(cg) };
}

static void expect_answer(unsigned int people)
{
	const struct roll_answer *answer = &roll->answer;

	expect(answer->number == roll->question.number && answer->complete && !answer->error);
	expect(answer->listed == people && answer->estimated == 0);
}

struct nsec look_bpf(const struct cg *cg, unsigned int people)
{
	struct nsec start, end;
	int ret;

	ask(cg);
	start = clock_now();
	ret = bpf_run(bpf_program(ROLL_CALL));
	end = clock_now();
	expect(ret == 0);
	expect_answer(people);
	return nsec_between(start, end);
}

/* Once in a million tasks the kernel interrupts the read (kernel/bpf/bpf_iter.c, 6.18). */
struct nsec look_iter(const struct cg *cg, unsigned int people)
{
	int fd = bpf_iterator_open();
	struct nsec start, end;
	ssize_t out;
	char byte;

	expect(fd >= 0);
	ask(cg);
	start = clock_now();
	do
		out = read(fd, &byte, 1);
	while (out < 0 && errno == EAGAIN);
	end = clock_now();
	expect(out == 0 && close(fd) == 0);
	expect_answer(people);
	return nsec_between(start, end);
}
