/*
 * The ways to look who is in a group, each as its user in the daemon does it, timed for what that one waits
 * for:
 *
 *     bpf      one run of a program in the kernel
 *     iter     one reading of a one-shot iterator, opened beforehand
 *     facts    the sampler's reading: the list, status and oom_score_adj of each, compared with its table
 *     /proc    the list, statm and oom_score_adj of each, opened afresh
 */
#pragma once

#include "base/clock.h"
#include "cgroup/cg.h"

struct look {
	const char *name;
	const char *(*why_not)(void); /* NULL: it can be used here */
	/* Expects to see @people of them. Return: how long it took. */
	struct nsec (*take)(const struct cg *cg, unsigned int people);
};

enum look_way {
	LOOK_BPF,
	LOOK_ITER,
	LOOK_FACTS,
	LOOK_PROC,
	LOOK_COUNT,
};

extern const struct look looks[LOOK_COUNT];

/* Once, before the first look: loads the programs, and fills the sampler's tables with @cg. */
void looks_prepare(const struct cg *cg);

/* The pieces of the table, see look_*.c. */
void look_kernel_prepare(void);
const char *look_bpf_why_not(void);
const char *look_iter_why_not(void);
struct nsec look_bpf(const struct cg *cg, unsigned int people);
struct nsec look_iter(const struct cg *cg, unsigned int people);

void look_facts_prepare(const struct cg *cg);
struct nsec look_facts(const struct cg *cg, unsigned int people);

struct nsec look_proc(const struct cg *cg, unsigned int people);
