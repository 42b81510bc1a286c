/*
 * The ranking: a table of cases, at least one for each tier and each trap, badness against values worked
 * out by hand, sharers, and the properties of the order over random snapshots: total, antisymmetric,
 * transitive, independent of the order of the input.
 *
 * Links: daemon/ranking/ranking.c, tiers.c, sharers.c.
 */
#include "ranking/ranking.h"
#include "unit/random.h"
#include "unit/unit.h"

#define MIB (1ULL << 20)
#define PAGE 4096
#define PEOPLE 6
#define CROWD 1000
#define ROUNDS 100 /* random snapshots of one test; it runs RUNS times */
#define RUNS 20
#define PAIRED 24 /* of which all pairs and triples are looked at */

struct person {
	uint32_t pid;
	uint64_t rss;
	uint64_t swap, page_tables, start;
	uint64_t use, unit; /* of its child group: use and inode */
	uint64_t mm;
	uint32_t flags;
	int32_t adj;
	uint8_t prefer, avoid, protect, shim, doubt;
	bool unknown;
	bool seatless; /* known, but not by the sampler */
};

struct place {
	uint32_t pid;
	enum outcome_tier tier;
	uint32_t rule;
	enum rule_list list;
};

struct rank_case {
	const char *name;
	struct ranking_question question;
	struct person people[PEOPLE];
	uint32_t tried;
	struct place expected[PEOPLE];
	uint32_t eligible;
	bool kernel_could_not;
};

#define SPARING .spare_adj = true
#define FIRST OUTCOME_TIER_FIRST
#define TIER(name) OUTCOME_TIER_##name

static const struct rank_case cases[] = {
	{ .name = "an empty group" },
	/* 1: never */
	{ .name = "kernel threads, the dying and our own",
	  .people = { { .pid = 10, .rss = 9 * MIB, .flags = FACT_KERNEL_THREAD },
		      { .pid = 11, .rss = 8 * MIB, .flags = FACT_DYING },
		      { .pid = 12, .rss = 7 * MIB, .flags = FACT_OURS },
		      { .pid = 13, .rss = MIB } },
	  .expected = { { 13, FIRST },
			{ 10, TIER(NEVER_KERNEL_THREAD) },
			{ 11, TIER(NEVER_DYING) },
			{ 12, TIER(NEVER_OURS) } },
	  .eligible = 1 },
	{ .name = "host pid 1",
	  .people = { { .pid = 1, .rss = 9 * MIB }, { .pid = 13, .rss = MIB } },
	  .expected = { { 13, FIRST }, { 1, TIER(NEVER_INIT) } },
	  .eligible = 1 },
	{ .name = "-1000 is obeyed, -999 is not a reason",
	  .question = { SPARING },
	  .people = { { .pid = 10, .rss = 9 * MIB, .adj = -1000 },
		      { .pid = 11, .rss = MIB, .adj = -999 } },
	  .expected = { { 11, FIRST }, { 10, TIER(NEVER_ADJ) } },
	  .eligible = 1 },
	{ .name = "ProtectAdj=no: -1000 is like any other",
	  .people = { { .pid = 10, .rss = 9 * MIB, .adj = -1000 }, { .pid = 11, .rss = MIB } },
	  .expected = { { 10, FIRST }, { 11, TIER(MEMORY) } },
	  .eligible = 2 },
	{ .name = "Protect= holds whatever else is said",
	  .people = { { .pid = 10, .rss = 9 * MIB, .protect = 3, .prefer = 1 },
		      { .pid = 11, .rss = MIB, .avoid = 2 } },
	  .expected = { { 11, FIRST, 2, RULE_AVOID },
			{ 10, TIER(NEVER_PROTECTED), 3, RULE_PROTECT } },
	  .eligible = 1 },
	{ .name = "shims",
	  .people = { { .pid = 10, .rss = 5 * MIB, .shim = 1 },
		      { .pid = 12, .rss = 20 * MIB },
		      { .pid = 11, .rss = 4 * MIB, .shim = 2 } },
	  .expected = { { 12, FIRST },
			{ 10, TIER(NEVER_SHIM), 1, RULE_SHIM },
			{ 11, TIER(NEVER_SHIM), 2, RULE_SHIM } },
	  .eligible = 1 },
	{ .name = "a hog in a shim's name is a hog",
	  .people = { { .pid = 10, .rss = 9 * MIB, .shim = 1 }, { .pid = 11, .rss = MIB } },
	  .expected = { { 10, FIRST }, { 11, TIER(MEMORY) } },
	  .eligible = 2 },
	{ .name = "a shim of a quarter is one, a byte more is none",
	  .people = { { .pid = 10, .rss = 4, .shim = 1 },
		      { .pid = 11, .rss = 5, .shim = 1 },
		      { .pid = 12, .rss = 9 } },
	  .expected = { { 12, FIRST },
			{ 11, TIER(MEMORY) },
			{ 10, TIER(NEVER_SHIM), 1, RULE_SHIM } },
	  .eligible = 2 },
	{ .name = "a member nobody knows may be anybody, and comes last",
	  .people = { { .pid = 99, .unknown = true },
		      { .pid = 11, .rss = 4096 },
		      { .pid = 12, .rss = 0, .flags = FACT_OURS } },
	  .expected = { { 11, FIRST }, { 12, TIER(NEVER_OURS) }, { 99, TIER(UNKNOWN) } },
	  .eligible = 1 },
	{ .name = "who has no seat among the facts is one like any other",
	  .people = { { .pid = 10, .rss = 9 * MIB, .seatless = true },
		      { .pid = 11, .rss = 2 * MIB, .mm = 7, .seatless = true },
		      { .pid = 12, .rss = 2 * MIB, .mm = 7, .seatless = true } },
	  .expected = { { 10, FIRST }, { 11, TIER(MEMORY) }, { 12, TIER(SHARER) } },
	  .eligible = 2 },
	{ .name = "memories are told apart by all their bits",
	  .people = { { .pid = 10, .rss = 3 * MIB, .mm = 1ULL << 40 | 7 },
		      { .pid = 11, .rss = 2 * MIB, .mm = 2ULL << 40 | 7 } },
	  .expected = { { 10, FIRST }, { 11, TIER(MEMORY) } },
	  .eligible = 2 },
	{ .name = "nobody the kernel could kill either",
	  .question = { SPARING },
	  .people = { { .pid = 10, .rss = 9 * MIB, .adj = -1000 },
		      { .pid = 1, .rss = MIB },
		      { .pid = 12, .flags = FACT_KERNEL_THREAD } },
	  .expected = { { 10, TIER(NEVER_ADJ) },
			{ 1, TIER(NEVER_INIT) },
			{ 12, TIER(NEVER_KERNEL_THREAD) } },
	  .kernel_could_not = true },
	{ .name = "ProtectAdj=no: we could what the kernel could not",
	  .people = { { .pid = 10, .rss = MIB, .adj = -1000 } },
	  .expected = { { 10, FIRST } },
	  .eligible = 1,
	  .kernel_could_not = true },
	{ .name = "the kernel may find somebody among the unknown",
	  .question = { SPARING },
	  .people = { { .pid = 10, .adj = -1000 }, { .pid = 1, .unknown = true } },
	  .expected = { { 10, TIER(NEVER_ADJ) }, { 1, TIER(NEVER_INIT) } } },
	{ .name = "the kernel waits for the dying",
	  .question = { SPARING },
	  .people = { { .pid = 11, .adj = -1000, .flags = FACT_DYING },
		      { .pid = 10, .adj = -1000 } },
	  .expected = { { 11, TIER(NEVER_DYING) }, { 10, TIER(NEVER_ADJ) } } },
	{ .name = "the kernel knows no Protect=",
	  .people = { { .pid = 10, .protect = 1 } },
	  .expected = { { 10, TIER(NEVER_PROTECTED), 1, RULE_PROTECT } } },
	/* 2: tried */
	{ .name = "tried before goes behind, also when preferred",
	  .people = { { .pid = 10, .rss = 9 * MIB, .prefer = 1 },
		      { .pid = 11, .rss = MIB, .avoid = 1 },
		      { .pid = 12, .rss = 2 * MIB, .protect = 1 } },
	  .tried = 10,
	  .expected = { { 11, FIRST, 1, RULE_AVOID },
			{ 10, TIER(TRIED), 1, RULE_PREFER },
			{ 12, TIER(NEVER_PROTECTED), 1, RULE_PROTECT } },
	  .eligible = 1 },
	/* 3, 4: lists */
	{ .name = "Prefer= before size",
	  .people = { { .pid = 10, .rss = 9 * MIB },
		      { .pid = 11, .rss = MIB, .prefer = 2 },
		      { .pid = 12, .rss = 3 * MIB, .prefer = 1 } },
	  .expected = { { 12, FIRST, 1, RULE_PREFER },
			{ 11, TIER(MEMORY), 2, RULE_PREFER },
			{ 10, TIER(PREFER) } },
	  .eligible = 3 },
	{ .name = "Avoid= goes last, also when preferred",
	  .people = { { .pid = 10, .rss = 9 * MIB, .avoid = 1, .prefer = 1 },
		      { .pid = 11, .rss = MIB },
		      { .pid = 12, .rss = 8 * MIB, .avoid = 2 } },
	  .expected = { { 11, FIRST },
			{ 10, TIER(AVOID), 1, RULE_AVOID },
			{ 12, TIER(MEMORY), 2, RULE_AVOID } },
	  .eligible = 3 },
	{ .name = "who might be protected is avoided",
	  .people = { { .pid = 10, .rss = 9 * MIB, .doubt = 4, .prefer = 1 },
		      { .pid = 11, .rss = MIB } },
	  .expected = { { 11, FIRST }, { 10, TIER(AVOID), 4, RULE_PROTECT } },
	  .eligible = 2 },
	/* 5: units */
	{ .name = "Unit=group: the largest group first, then within it",
	  .question = { .unit = POLICY_UNIT_GROUP },
	  .people = { { .pid = 10, .rss = 9 * MIB, .use = 10 * MIB, .unit = 1 },
		      { .pid = 11, .rss = 4 * MIB, .use = 12 * MIB, .unit = 2 },
		      { .pid = 12, .rss = 7 * MIB, .use = 12 * MIB, .unit = 2 } },
	  .expected = { { 12, FIRST }, { 11, TIER(MEMORY) }, { 10, TIER(UNIT) } },
	  .eligible = 3 },
	{ .name = "Unit=group: equal use, the higher inode",
	  .question = { .unit = POLICY_UNIT_GROUP },
	  .people = { { .pid = 10, .rss = 9 * MIB, .use = MIB, .unit = 1 },
		      { .pid = 11, .rss = 4 * MIB, .use = MIB, .unit = 2 } },
	  .expected = { { 11, FIRST }, { 10, TIER(UNIT) } },
	  .eligible = 2 },
	{ .name = "Unit=group: the one that was begun with goes on",
	  .question = { .unit = POLICY_UNIT_GROUP, .unit_inode = 1 },
	  .people = { { .pid = 10, .rss = MIB, .use = MIB, .unit = 1 },
		      { .pid = 11, .rss = 4 * MIB, .use = 9 * MIB, .unit = 2 },
		      { .pid = 12, .rss = 5 * MIB, .use = MIB, .unit = 1, .protect = 1 } },
	  .expected = { { 10, FIRST },
			{ 11, TIER(UNIT) },
			{ 12, TIER(NEVER_PROTECTED), 1, RULE_PROTECT } },
	  .eligible = 2 },
	{ .name = "Unit=process: groups do not matter",
	  .question = { .unit_inode = 1 },
	  .people = { { .pid = 10, .rss = MIB, .use = 9 * MIB, .unit = 1 },
		      { .pid = 11, .rss = 4 * MIB, .use = MIB, .unit = 2 } },
	  .expected = { { 11, FIRST }, { 10, TIER(MEMORY) } },
	  .eligible = 2 },
	/* 6: Order= */
	{ .name = "Order=newest; of the same age the larger",
	  .question = { .order = POLICY_ORDER_NEWEST },
	  .people = { { .pid = 10, .rss = 9 * MIB, .start = 1 },
		      { .pid = 11, .rss = MIB, .start = 3 },
		      { .pid = 12, .rss = 2 * MIB, .start = 3 } },
	  .expected = { { 12, FIRST }, { 11, TIER(MEMORY) }, { 10, TIER(AGE) } },
	  .eligible = 3 },
	{ .name = "Order=oldest",
	  .question = { .order = POLICY_ORDER_OLDEST },
	  .people = { { .pid = 10, .rss = MIB, .start = 1 },
		      { .pid = 11, .rss = 9 * MIB, .start = 3 },
		      { .pid = 12, .rss = 2 * MIB, .start = 2 } },
	  .expected = { { 10, FIRST }, { 12, TIER(AGE) }, { 11, TIER(AGE) } },
	  .eligible = 3 },
	{ .name = "Order=oom-score: a negative badness is the least; size within a page decides",
	  .question = { .order = POLICY_ORDER_OOM_SCORE },
	  .people = { { .pid = 10, .rss = 9 * MIB },
		      { .pid = 11, .rss = MIB, .adj = 500 },
		      { .pid = 12, .rss = 9 * MIB + 1 },
		      { .pid = 13, .rss = 20 * MIB, .adj = -900 } },
	  .expected = { { 11, FIRST },
			{ 12, TIER(OOM_SCORE) },
			{ 10, TIER(MEMORY) },
			{ 13, TIER(OOM_SCORE) } },
	  .eligible = 4 },
	/* 7: memory, 8: pid */
	{ .name = "more memory goes first",
	  .people = { { .pid = 10, .rss = 1 * MIB },
		      { .pid = 11, .rss = 3 * MIB },
		      { .pid = 12, .rss = 2 * MIB } },
	  .expected = { { 11, FIRST }, { 12, TIER(MEMORY) }, { 10, TIER(MEMORY) } },
	  .eligible = 3 },
	{ .name = "swap and page tables are memory",
	  .people = { { .pid = 10, .rss = 2 * MIB },
		      { .pid = 11, .rss = MIB, .swap = MIB, .page_tables = 1 } },
	  .expected = { { 11, FIRST }, { 10, TIER(MEMORY) } },
	  .eligible = 2 },
	{ .name = "same memory: the higher pid",
	  .people = { { .pid = 10, .rss = MIB },
		      { .pid = 12, .rss = MIB },
		      { .pid = 11, .rss = MIB } },
	  .expected = { { 12, FIRST }, { 11, TIER(PID) }, { 10, TIER(PID) } },
	  .eligible = 3 },
	/* sharers */
	{ .name = "the lowest pid stands for all of its memory",
	  .people = { { .pid = 12, .rss = 5 * MIB, .mm = 10 },
		      { .pid = 10, .rss = 5 * MIB, .mm = 10 },
		      { .pid = 11, .rss = 4 * MIB } },
	  .expected = { { 10, FIRST }, { 11, TIER(MEMORY) }, { 12, TIER(SHARER) } },
	  .eligible = 2 },
	{ .name = "a sharer that is protected protects all, with its reason",
	  .people = { { .pid = 10, .rss = 5 * MIB, .mm = 10 },
		      { .pid = 12, .rss = 5 * MIB, .mm = 10, .protect = 2 },
		      { .pid = 14, .rss = 5 * MIB, .mm = 10, .protect = 1 },
		      { .pid = 11, .rss = 4 * MIB } },
	  .expected = { { 11, FIRST },
			{ 14, TIER(NEVER_PROTECTED), 1, RULE_PROTECT },
			{ 12, TIER(NEVER_PROTECTED), 2, RULE_PROTECT },
			{ 10, TIER(NEVER_PROTECTED), 1, RULE_PROTECT } },
	  .eligible = 1 },
	{ .name = "so do host pid 1, -1000 and our own",
	  .question = { SPARING },
	  .people = { { .pid = 1, .rss = 5 * MIB, .mm = 1 },
		      { .pid = 12, .rss = 5 * MIB, .mm = 1 },
		      { .pid = 20, .rss = 4 * MIB, .mm = 20 },
		      { .pid = 21, .rss = 4 * MIB, .mm = 20, .adj = -1000 },
		      { .pid = 30, .rss = 3 * MIB, .mm = 30 },
		      { .pid = 31, .rss = 3 * MIB, .mm = 30, .flags = FACT_OURS } },
	  .expected = { { 12, TIER(NEVER_INIT) },
			{ 1, TIER(NEVER_INIT) },
			{ 21, TIER(NEVER_ADJ) },
			{ 20, TIER(NEVER_ADJ) },
			{ 31, TIER(NEVER_OURS) },
			{ 30, TIER(NEVER_OURS) } } },
	{ .name = "a sharer that is gone protects nobody, and does not stand for them",
	  .people = { { .pid = 10, .rss = 5 * MIB, .mm = 10, .flags = FACT_DYING },
		      { .pid = 12, .rss = 5 * MIB, .mm = 10 },
		      { .pid = 13, .rss = 5 * MIB, .mm = 10 } },
	  .expected = { { 12, FIRST }, { 10, TIER(NEVER_DYING) }, { 13, TIER(SHARER) } },
	  .eligible = 1 },
	{ .name = "a sharer in a shim's name protects nobody, and does not stand for them",
	  .people = { { .pid = 10, .rss = MIB, .mm = 10, .shim = 1 },
		      { .pid = 12, .rss = MIB, .mm = 10 },
		      { .pid = 13, .rss = 9 * MIB } },
	  .expected = { { 13, FIRST }, { 12, TIER(MEMORY) }, { 10, TIER(SHARER) } },
	  .eligible = 2 },
	{ .name = "a sharer that is not here leaves one alone",
	  .people = { { .pid = 12, .rss = 5 * MIB, .mm = 10 } },
	  .expected = { { 12, FIRST } },
	  .eligible = 1 },
	{ .name = "shared memory counts once, or a shim would be small beside it",
	  .people = { { .pid = 10, .rss = 4 * MIB, .mm = 10 },
		      { .pid = 12, .rss = 4 * MIB, .mm = 10 },
		      { .pid = 13, .rss = 4 * MIB, .mm = 10 },
		      { .pid = 14, .rss = 2 * MIB, .shim = 1 } },
	  .expected = { { 10, FIRST },
			{ 14, TIER(MEMORY) },
			{ 13, TIER(SHARER) },
			{ 12, TIER(SHARER) } },
	  .eligible = 2 },
};

static struct candidate list[FACTS_PROCESSES];
static uint32_t count;
static struct ranking ranking;

static struct candidate candidate_from(const struct person *person)
{
	return (struct candidate){
		.index = person->unknown || person->seatless ? CANDIDATE_NO_SEAT : person->pid,
		.unknown = person->unknown,
		.generation = 1,
		.mm = person->mm,
		.unit_use = person->use,
		.unit_inode = person->unit,
		.verdict = { .rule = { [RULE_PREFER] = person->prefer,
				       [RULE_AVOID] = person->avoid,
				       [RULE_PROTECT] = person->protect,
				       [RULE_SHIM] = person->shim },
			     .doubt = person->doubt },
		.who = { .pid = person->pid,
			 .flags = person->flags,
			 .oom_score_adj = person->adj,
			 .start_nsec = person->start,
			 .vm_size = 64 * MIB,
			 .rss = person->rss,
			 .swap = person->swap,
			 .page_tables = person->page_tables },
	};
}

static struct ranking_question question_from(struct ranking_question question)
{
	question.limit = (struct bytes){ .count = 100 * MIB };
	question.page = (struct bytes){ .count = PAGE };
	return question;
}

START_TEST(ranks_as_the_table_says)
{
	const struct rank_case *row = &cases[_i];
	struct ranking_question question = question_from(row->question);

	question.tried = (struct ranking_tried){ .pids = &row->tried, .count = row->tried > 0 };
	for (count = 0; count < PEOPLE && row->people[count].pid; count++)
		list[count] = candidate_from(&row->people[count]);
	ranking_make(list, count, &question, &ranking);
	ck_assert_msg(ranking.total == count && ranking.listed == count, "%s", row->name);
	ck_assert_msg(ranking.eligible == row->eligible, "%s: %u eligible", row->name,
		      ranking.eligible);
	ck_assert_msg(ranking.kernel_could == !row->kernel_could_not, "%s: kernel", row->name);
	for (uint32_t i = 0; i < ranking.listed; i++) {
		const struct outcome_candidate *who = &ranking.list[i];
		const struct place *place = &row->expected[i];

		ck_assert_msg(who->pid == place->pid, "%s: place %u is %u", row->name, i, who->pid);
		ck_assert_msg(who->tier == place->tier, "%s: %u by tier %u", row->name, who->pid,
			      who->tier);
		ck_assert_msg(who->rule == place->rule && who->rule_list == place->list,
			      "%s: %u by rule %u of list %u", row->name, who->pid, who->rule,
			      who->rule_list);
	}
	ck_assert_msg(!ranking.first == !row->eligible, "%s", row->name);
	if (ranking.first)
		ck_assert_mem_eq(&ranking.first->who, &ranking.list[0], sizeof(ranking.list[0]));
}
END_TEST

/* 100 MiB of 4 KiB pages are 25600; one thousandth of it is 25 pages, rounded down as the kernel does. */
START_TEST(badness_is_the_kernels)
{
	static const struct {
		struct person person;
		int64_t badness;
	} rows[] = {
		{ { .pid = 10, .rss = 40 * MIB }, 10240 },
		{ { .pid = 10, .rss = 40 * MIB, .swap = 8 * MIB, .page_tables = 80 * 1024 },
		  10240 + 2048 + 20 },
		{ { .pid = 10, .rss = 40 * MIB, .adj = 1000 }, 10240 + 25000 },
		{ { .pid = 10, .rss = 40 * MIB, .adj = 1 }, 10240 + 25 },
		{ { .pid = 10, .rss = 4 * MIB, .adj = -500 }, 1024 - 12500 },
		{ { .pid = 10, .adj = -999 }, -24975 },
		{ { .pid = 10, .unknown = true }, 0 },
	};
	struct ranking_question question = question_from((struct ranking_question){ SPARING });

	for (int i = 0; i < UNIT_COUNT(rows); i++) {
		list[0] = candidate_from(&rows[i].person);
		(void)ranking_prepare(list, 1, &question);
		ck_assert_int_eq(list[0].who.badness, rows[i].badness);
		ranking_make(list, 1, &question, &ranking);
		ck_assert_int_eq(ranking.list[0].badness, rows[i].badness);
	}
	question.limit.count = 0x7ffffffffffff000; /* no limit: PAGE_COUNTER_MAX pages */
	list[0] = candidate_from(&(struct person){ .pid = 10, .adj = -1000 });
	(void)ranking_prepare(list, 1, &question);
	ck_assert_int_eq(list[0].who.badness, -1000 * (0x7ffffffffffffLL / 1000));
}
END_TEST

START_TEST(members_are_counted)
{
	static const struct person people[] = {
		{ .pid = 10, .rss = 3 * MIB, .swap = MIB, .flags = FACT_ASLEEP, .mm = 10 },
		{ .pid = 11, .rss = 3 * MIB, .swap = MIB, .flags = FACT_ASLEEP, .mm = 10 },
		{ .pid = 12, .rss = 3 * MIB, .swap = MIB, .flags = FACT_DYING, .mm = 10 },
		{ .pid = 13, .page_tables = 5, .flags = FACT_OURS },
		{ .pid = 14, .unknown = true },
	};
	struct ranking_question question = question_from((struct ranking_question){ SPARING });

	for (count = 0; count < 5; count++)
		list[count] = candidate_from(&people[count]);
	ranking_make(list, count, &question, &ranking);
	ck_assert_uint_eq(ranking.asleep, 2);
	ck_assert_uint_eq(ranking.unknown, 1);
	ck_assert_uint_eq(ranking.known.count, 4 * MIB + 5);
	ck_assert(list[0].stands_for == 0 && list[0].who.sharers == 1);
	ck_assert(list[1].stands_for == 10 && list[1].who.sharers == 0);
	ck_assert(list[2].stands_for == 0 && list[2].who.sharers == 0);
	list[1].who.vm_size++; /* an exec since mm was looked at */
	list[2].who.vm_size++;
	ranking_make(list, count, &question, &ranking);
	ck_assert(list[1].stands_for == 0 && list[0].who.sharers == 0);
	ck_assert_uint_eq(ranking.known.count, 8 * MIB + 5);
}
END_TEST

static void shuffle(void)
{
	for (uint32_t i = count - 1; i > 0; i--) {
		uint32_t other = random_below(i + 1);
		struct candidate swap = list[i];

		list[i] = list[other];
		list[other] = swap;
	}
}

/* More memories are shared than the table holds: who is left out does not depend on the order. */
START_TEST(sharers_beyond_the_table_count_nothing)
{
	struct ranking_question question = question_from((struct ranking_question){ SPARING });
	int faults = 0;

	random_start(_i);
	for (count = 0; count < 4 * RANKING_SHARERS; count++) {
		list[count] = candidate_from(&(struct person){ .pid = 2 + count, .rss = MIB });
		list[count].mm = 2 + count / 2 * 2;
	}
	shuffle();
	ranking_make(list, count, &question, &ranking);
	ck_assert_uint_eq(ranking.known.count, RANKING_SHARERS * MIB);
	ck_assert_uint_eq(ranking.eligible, 3 * RANKING_SHARERS);
	for (uint32_t i = 0; i < count; i++) {
		bool stands = list[i].mm < 2 + 2 * RANKING_SHARERS && list[i].who.pid != list[i].mm;

		faults += list[i].stands_for != (stands ? list[i].mm : 0);
	}
	ck_assert_int_eq(faults, 0);
}
END_TEST

/* Few different values, so that every tier is reached and ties are many. */
static struct candidate random_candidate(uint32_t pid)
{
	struct person person = {
		.pid = pid,
		.rss = random_below(4) * MIB,
		.swap = random_below(2) * MIB,
		.start = random_below(3),
		.unit = 1 + random_below(4),
		.flags = random_below(8) ? 0 : 1U << random_below(6),
		.adj = (const int32_t[]){ 0, 0, 0, -1000, 1000, 300 }[random_below(6)],
		.prefer = random_below(4) == 0,
		.avoid = random_below(4) == 0,
		.protect = random_below(12) == 0,
		.doubt = random_below(12) == 0,
		.shim = random_below(6) == 0,
		.mm = random_below(3) ? 0 : 1 + random_below(10),
		.unknown = random_below(10) == 0,
	};

	person.use = (person.unit / 2) * MIB; /* the same for all of a unit */
	if (person.unknown)
		person.mm = 0;
	return candidate_from(&person);
}

static struct ranking_question random_question(const uint32_t *tried)
{
	return question_from((struct ranking_question){
		.order = random_below(POLICY_ORDER_COUNT),
		.unit = random_below(POLICY_UNIT_COUNT),
		.unit_inode = random_below(6),
		.spare_adj = random_below(2),
		.tried = { .pids = tried, .count = random_below(4) },
	});
}

static void random_list(uint32_t people)
{
	for (count = 0; count < people; count++)
		list[count] = random_candidate(count + 1);
}

static const uint32_t tried_pids[] = { 3, 7, 11 };

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

/* Check notes each assertion in a file, which is too slow for a million: faults are counted instead. */
static int pair_faults(const struct ranking_context *context, int way[PAIRED][PAIRED])
{
	enum outcome_tier tier, back;
	int faults = 0;

	for (int a = 0; a < PAIRED; a++)
		for (int b = 0; b < PAIRED; b++) {
			way[a][b] = sign(ranking_compare(&list[a], &list[b], context, &tier));
			faults += way[a][b] !=
				  -sign(ranking_compare(&list[b], &list[a], context, &back));
			faults += (way[a][b] == 0) != (a == b);
			faults += tier != back;
		}
	return faults;
}

static int triple_faults(int way[PAIRED][PAIRED])
{
	int faults = 0;

	for (int a = 0; a < PAIRED; a++)
		for (int b = 0; b < PAIRED; b++)
			for (int c = 0; c < PAIRED; c++)
				faults += way[a][b] < 0 && way[b][c] < 0 && way[a][c] >= 0;
	return faults;
}

START_TEST(order_is_total_and_transitive)
{
	static int way[PAIRED][PAIRED];

	random_start(_i);
	for (int round = 0; round < ROUNDS; round++) {
		struct ranking_question question = random_question(tried_pids);
		struct ranking_context context;

		random_list(PAIRED);
		context = ranking_prepare(list, count, &question);
		ck_assert_int_eq(pair_faults(&context, way), 0);
		ck_assert_int_eq(triple_faults(way), 0);
	}
}
END_TEST

static const struct ranking_context *sort_context;

static int sort_compare(const void *left, const void *right)
{
	enum outcome_tier tier;

	return ranking_compare(left, right, sort_context, &tier);
}

/* What is sorted by the order as a whole, to be compared with the first of it that are listed. */
static void sort_all(const struct ranking_question *question, struct ranking_context *ret_context)
{
	*ret_context = ranking_prepare(list, count, question);
	sort_context = ret_context;
	qsort(list, count, sizeof(list[0]), sort_compare);
}

static void assert_same(const struct ranking *left, const struct ranking *right)
{
	ck_assert_mem_eq(left->list, right->list, sizeof(left->list));
	ck_assert(left->listed == right->listed && left->eligible == right->eligible &&
		  left->unknown == right->unknown && left->asleep == right->asleep &&
		  left->kernel_could == right->kernel_could &&
		  left->known.count == right->known.count);
}

START_TEST(order_of_input_does_not_matter)
{
	random_start(_i);
	for (int round = 0; round < ROUNDS; round++) {
		struct ranking_question question = random_question(tried_pids);
		struct ranking_context context;
		struct ranking again;

		random_list(2 + random_below(round ? 100 : CROWD));
		ranking_make(list, count, &question, &ranking);
		shuffle();
		ranking_make(list, count, &question, &again);
		assert_same(&again, &ranking);
		sort_all(&question, &context);
		for (uint32_t i = 0; i < ranking.listed; i++)
			ck_assert_uint_eq(ranking.list[i].pid, list[i].who.pid);
	}
}
END_TEST

/* Within what is equally preferred and avoided, the members of a unit stand together. */
START_TEST(units_are_never_interleaved)
{
	struct ranking_question question;
	struct ranking_context context;
	bool left_behind[5] = { false };
	const struct candidate *last = NULL;

	random_start(_i);
	random_list(300);
	for (uint32_t i = 0; i < count; i++)
		list[i].verdict = (struct verdict){ .doubt = 0 };
	question = random_question(NULL);
	question.unit = POLICY_UNIT_GROUP;
	question.tried.count = 0;
	sort_all(&question, &context);
	for (uint32_t i = 0; i < count; i++) {
		if (ranking_never(&list[i], &context) != OUTCOME_TIER_FIRST)
			break;
		if (last && last->unit_inode != list[i].unit_inode)
			left_behind[last->unit_inode] = true;
		ck_assert(!left_behind[list[i].unit_inode]);
		last = &list[i];
	}
	ck_assert_ptr_nonnull(last);
}
END_TEST

START_TEST(hundreds_of_ties_have_one_order)
{
	struct ranking_question question = question_from((struct ranking_question){ SPARING });

	random_start(_i);
	for (count = 0; count < 700; count++)
		list[count] = candidate_from(&(struct person){ .pid = 100 + count, .rss = MIB });
	shuffle();
	ranking_make(list, count, &question, &ranking);
	ck_assert_uint_eq(ranking.listed, OUTCOME_CANDIDATES);
	ck_assert_uint_eq(ranking.eligible, 700);
	for (uint32_t i = 0; i < ranking.listed; i++) {
		ck_assert_uint_eq(ranking.list[i].pid, 799 - i);
		ck_assert_uint_eq(ranking.list[i].tier, i ? TIER(PID) : FIRST);
	}
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("ranking", &tests);

	random_announce();
	tcase_add_loop_test(tests, ranks_as_the_table_says, 0, UNIT_COUNT(cases));
	tcase_add_test(tests, badness_is_the_kernels);
	tcase_add_test(tests, members_are_counted);
	tcase_add_loop_test(tests, sharers_beyond_the_table_count_nothing, 0, 3);
	tcase_add_loop_test(tests, order_is_total_and_transitive, 0, RUNS);
	tcase_add_loop_test(tests, order_of_input_does_not_matter, 0, RUNS);
	tcase_add_loop_test(tests, units_are_never_interleaved, 0, RUNS);
	tcase_add_loop_test(tests, hundreds_of_ties_have_one_order, 0, 5);
	return unit_run(suite);
}
