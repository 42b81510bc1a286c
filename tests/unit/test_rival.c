/*
 * Would the kernel take our choice once it is marked? A table of who else is there.
 *
 * Links: daemon/handler/rival.c.
 */
#include "handler/rival.h"
#include "unit.h"

#define PAGES 16000 /* of the limit; an adj of 1000 is worth all of them */

struct rival_case {
	const char *name;
	int64_t choice_badness;
	int32_t choice_adj;
	int64_t other_badness;
	int32_t other_adj;
	uint32_t other_flags;
	uint32_t stands_for;
	bool seatless;
	bool unknown;
	bool outranked;
};

static const struct rival_case cases[] = {
	{ .name = "alone at 1000", .choice_badness = 500, .other_badness = 9000 },
	{ .name = "another was made 1000 by other hands, and is larger",
	  .choice_badness = 500,
	  .other_badness = PAGES + 501,
	  .other_adj = 1000,
	  .outranked = true },
	{ .name = "as bad: whom the kernel takes is not known",
	  .choice_badness = 500,
	  .other_badness = PAGES + 500,
	  .other_adj = 1000,
	  .outranked = true },
	{ .name = "at 1000, but smaller",
	  .choice_badness = 500,
	  .other_badness = PAGES + 499,
	  .other_adj = 1000 },
	{ .name = "our choice was at 1000 already",
	  .choice_badness = PAGES + 500,
	  .choice_adj = 1000,
	  .other_badness = PAGES + 499,
	  .other_adj = 1000 },
	{ .name = "dying",
	  .choice_badness = 1,
	  .other_badness = PAGES * 2,
	  .other_flags = FACT_DYING },
	{ .name = "not for the kernel either",
	  .choice_badness = 1,
	  .other_badness = PAGES * 2,
	  .other_adj = -1000 },
	{ .name = "of the same memory",
	  .choice_badness = 500,
	  .other_badness = PAGES + 900,
	  .stands_for = 10 },
	{ .name = "the sampler has not met it: the kernel has",
	  .choice_badness = 500,
	  .other_badness = PAGES + 501,
	  .seatless = true,
	  .outranked = true },
	{ .name = "nothing is known of it, not even how bad",
	  .choice_badness = 0,
	  .choice_adj = 1000,
	  .seatless = true,
	  .unknown = true },
};

static struct snapshot snapshot;

START_TEST(says_what_the_table_says)
{
	const struct rival_case *row = &cases[_i];
	const struct ranking_question question = { .limit = { PAGES * 4096 }, .page = { 4096 } };

	snapshot.count = 2;
	snapshot.list[0] = (struct candidate){
		.who = { .pid = 10,
			 .badness = row->choice_badness,
			 .oom_score_adj = row->choice_adj },
	};
	snapshot.list[1] = (struct candidate){
		.stands_for = row->stands_for,
		.index = row->seatless ? CANDIDATE_NO_SEAT : 1,
		.unknown = row->unknown,
		.who = { .pid = 11,
			 .badness = row->other_badness,
			 .oom_score_adj = row->other_adj,
			 .flags = row->other_flags },
	};
	ck_assert_msg(rival_outranks(&snapshot, &snapshot.list[0], &question) == row->outranked,
		      "%s", row->name);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("rival", &tests);

	tcase_add_loop_test(tests, says_what_the_table_says, 0, UNIT_COUNT(cases));
	return unit_run(suite);
}
