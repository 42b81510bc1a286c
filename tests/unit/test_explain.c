/*
 * The sentence of `explain`: for each standing of a group, each first step and each reason of a ranking.
 * The ranking is written by hand; what makes one is tested with the ranking itself.
 */
#include "supervisor/sentence.h"
#include "unit/unit.h"

#define MIB BYTES_PER_MIB
#define LIMIT (512 * MIB)

#define KILL                                                                                       \
	{                                                                                          \
		.kind = STEP_KILL                                                                  \
	}
#define KERNEL                                                                                     \
	{                                                                                          \
		.kind = STEP_KERNEL                                                                \
	}
#define LEND                                                                                       \
	{                                                                                          \
		.kind = STEP_RAISE_LIMIT, .by = {.value = 16 * MIB }                               \
	}
#define WHO(name, number, size) .comm = name, .pid = (number), .rss = (size)*MIB

static const struct policy_rules rules = {
	.count = 3,
	.rule = { { .list = RULE_PREFER, .text = "comm:java*" },
		  { .list = RULE_AVOID, .text = "uid:0" },
		  { .list = RULE_PREFER, .text = "exe:batch" } },
};

static const struct row {
	struct sentence sentence; /* without its pointers */
	struct policy policy;
	struct ranking ranking;
	bool nobody; /* eligible is 0 */
	const char *text;
} rows[] = {
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: hog (pid 7) would be killed, because it is the "
		  "only "
		  "process" },
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 2,
		       .total = 2,
		       .eligible = 1,
		       .list = { { WHO("hog", 7, 64) },
				 { WHO("db", 8, 99), .tier = OUTCOME_TIER_NEVER_PROTECTED } } },
	  .text = "if it ran out of memory now: hog (pid 7) would be killed, because nobody else "
		  "may "
		  "be chosen" },
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 2,
		       .total = 2,
		       .eligible = 2,
		       .list = { { WHO("java", 4711, 312), .swap = MIB / 4, .page_tables = MIB / 8,
				   .rule = 1, .rule_list = RULE_PREFER },
				 { WHO("batch", 8, 99), .tier = OUTCOME_TIER_MEMORY, .rule = 2,
				   .rule_list = RULE_PREFER } } },
	  .text = "if it ran out of memory now: java (pid 4711) would be killed, because "
		  "Prefer=comm:java* names it and it has more memory (312.4M) than the next "
		  "preferred "
		  "one" },
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 2,
		       .total = 2,
		       .eligible = 2,
		       .list = { { WHO("batch", 7, 1), .sharers = 2, .rule = 2,
				   .rule_list = RULE_PREFER },
				 { WHO("hog", 8, 99), .tier = OUTCOME_TIER_PREFER } } },
	  .text = "if it ran out of memory now: batch (pid 7, and 2 that share its memory) would "
		  "be "
		  "killed, because Prefer=exe:batch names it" },
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 2,
		       .total = 2,
		       .eligible = 2,
		       .list = { { WHO("small", 7, 1) },
				 { WHO("ev\nil", 8, 99), .tier = OUTCOME_TIER_AVOID, .rule = 1,
				   .rule_list = RULE_AVOID } } },
	  .text = "if it ran out of memory now: small (pid 7) would be killed, because Avoid=uid:0 "
		  "names the next one, ev\\nil (pid 8)" },
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 2,
		       .total = 2,
		       .eligible = 2,
		       .list = { { WHO("one", 8, 9), .rule = 1, .rule_list = RULE_AVOID },
				 { WHO("other", 7, 9), .tier = OUTCOME_TIER_PID, .rule = 1,
				   .rule_list = RULE_AVOID } } },
	  .text = "if it ran out of memory now: one (pid 8) would be killed, because all who may "
		  "be "
		  "chosen are to be avoided and the next one differs in nothing but its pid, which "
		  "is "
		  "lower" },
	{ .sentence = { .moment = { 100 * NSEC_PER_SEC } },
	  .policy = { .order = POLICY_ORDER_NEWEST, .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 2,
		       .total = 2,
		       .eligible = 2,
		       .list = { { WHO("new", 8, 9), .start_nsec = 97 * NSEC_PER_SEC },
				 { WHO("old", 7, 99), .tier = OUTCOME_TIER_AGE } } },
	  .text = "if it ran out of memory now: new (pid 8) would be killed, because it is the "
		  "newest "
		  "(started 3.0s ago)" },
	{ .policy = { .order = POLICY_ORDER_OOM_SCORE, .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 2,
		       .total = 2,
		       .eligible = 2,
		       .list = { { WHO("high", 8, 9), .badness = 4096 },
				 { WHO("low", 7, 99), .tier = OUTCOME_TIER_OOM_SCORE } } },
	  .text = "if it ran out of memory now: high (pid 8) would be killed, because its badness "
		  "(4096) is the highest" },
	{ .sentence = { .unit = "/web/blue", .unit_use = { 300 * MIB } },
	  .policy = { .unit = POLICY_UNIT_GROUP, .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 2,
		       .total = 2,
		       .eligible = 2,
		       .list = { { WHO("a", 8, 9) },
				 { WHO("b", 7, 5), .tier = OUTCOME_TIER_MEMORY } } },
	  .text = "if it ran out of memory now: a (pid 8) would be killed, because its group "
		  "/web/blue "
		  "uses the most (300.0M) and it has more memory (9.0M) than the next one" },
	{ .sentence = { .unit = "/web/blue", .unit_use = { 300 * MIB } },
	  .policy = { .unit = POLICY_UNIT_GROUP,
		      .step_count = 2,
		      .step = { { .kind = STEP_KILL_GROUP }, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("a", 8, 9) } } },
	  .text = "if it ran out of memory now: everybody in /web/blue who may be chosen would be "
		  "killed, because its group /web/blue uses the most (300.0M)" },
	{ .policy = { .step_count = 2, .step = { { .kind = STEP_KILL_GROUP }, KERNEL } },
	  .ranking = { .listed = 1, .total = 3, .eligible = 2, .list = { { WHO("a", 8, 9) } } },
	  .text = "if it ran out of memory now: all 2 of its processes that may be chosen would be "
		  "killed" },
	{ .sentence = { .limit = { LIMIT } },
	  .policy = { .step_count = 3, .step = { LEND, KILL, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: 16.0M would be lent first (raise-limit), then hog "
		  "(pid "
		  "7) would be killed, because it is the only process" },
	{ .sentence = { .limit = { 2 * LIMIT } },
	  .policy = { .step_count = 3, .step = { LEND, KILL, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: hog (pid 7) would be killed, because it is the "
		  "only "
		  "process" },
	{ .policy = { .step_count = 4,
		      .step = { { .kind = STEP_FREEZE, .hold_for = { 30 * NSEC_PER_SEC } },
				{ .kind = STEP_HOOK,
				  .timeout = { 5 * NSEC_PER_SEC },
				  .socket = "/run/a.sock" },
				{ .kind = STEP_TERMINATE,
				  .signal_number = 15,
				  .grace = { 2 * NSEC_PER_SEC } },
				KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: it would be frozen for up to 30.0s (freeze), then "
		  "/run/a.sock would be asked and given up to 5.0s (hook), then hog (pid 7) would "
		  "be "
		  "asked to end (SIGTERM) and given 2.0s for it, because it is the only process" },
	{ .policy = { .step_count = 1, .step = { KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: hog (pid 7) would be marked for the kernel's "
		  "killer, "
		  "because it is the only process" },
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .kernel_could = true,
		       .listed = 3,
		       .total = 5,
		       .list = { { .tier = OUTCOME_TIER_NEVER_PROTECTED },
				 { .tier = OUTCOME_TIER_NEVER_SHIM },
				 { .tier = OUTCOME_TIER_NEVER_PROTECTED } } },
	  .nobody = true,
	  .text = "if it ran out of memory now: the kernel's killer would be given the choice, "
		  "because "
		  "none of its processes may be chosen by the policy (2 protected, 1 shim, and 2 "
		  "more)" },
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .list = { { .tier = OUTCOME_TIER_NEVER_ADJ } } },
	  .nobody = true,
	  .text = "if it ran out of memory now: nothing more would be done but an alarm raised "
		  "(LastResort=alarm), because not even the kernel may kill any of its processes "
		  "(1 "
		  "adj)" },
	{ .sentence = { .last_resort = true },
	  .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: hog (pid 7) would be killed in spite of its "
		  "oom_score_adj (LastResort=kill), because it is the only process" },
	{ .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .kernel_could = true },
	  .nobody = true,
	  .text = "if it ran out of memory now: the kernel's killer would be in charge, because "
		  "nobody "
		  "lives in it" },
	{ .sentence = { .unmeasured = true },
	  .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .kernel_could = true,
		       .listed = 1,
		       .total = 9,
		       .eligible = 1,
		       .unknown = 8,
		       .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: the kernel's killer would be given the choice, "
		  "because "
		  "most of the memory belongs to processes nobody has measured" },
	{ .sentence = { .unmeasured = true, .asks_kernel = true },
	  .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .kernel_could = true,
		       .listed = 1,
		       .total = 9,
		       .eligible = 1,
		       .unknown = 8,
		       .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: hog (pid 7) would be killed, because nobody else "
		  "may be chosen; 8 that nobody has measured yet would be at that instant" },
	{ .sentence = { .asks_kernel = true },
	  .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .kernel_could = true,
		       .listed = 2,
		       .total = 2,
		       .unknown = 1,
		       .list = { { .tier = OUTCOME_TIER_NEVER_ADJ },
				 { .tier = OUTCOME_TIER_UNKNOWN } } },
	  .nobody = true,
	  .text = "if it ran out of memory now: who would go cannot be told, because none of the "
		  "processes measured so far may be chosen (1 adj, 1 unknown) and the others would "
		  "be measured at that instant" },
	{ .sentence = { .asks_kernel = true },
	  .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "if it ran out of memory now: hog (pid 7) would be killed, because it is the "
		  "only process" },
	{ .sentence = { .standing = SENTENCE_DRY_RUN },
	  .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "it is a dry run: the kernel's killer would choose, and the record would say "
		  "that "
		  "hog (pid 7) would be killed, because it is the only process" },
	{ .sentence = { .standing = SENTENCE_UNARMED, .why = "it is about to be armed" },
	  .policy = { .step_count = 2, .step = { KILL, KERNEL } },
	  .ranking = { .listed = 1, .total = 1, .eligible = 1, .list = { { WHO("hog", 7, 64) } } },
	  .text = "the kernel's killer would choose, because it is not armed at the moment (it is "
		  "about to be armed); armed: hog (pid 7) would be killed, because it is the only "
		  "process" },
	{ .sentence = { .standing = SENTENCE_IGNORED },
	  .text = "the kernel's killer would choose, because its policy says ignore" },
	{ .sentence = { .standing = SENTENCE_REFUSED, .why = "holds pid 1" },
	  .text = "the kernel's killer would choose, because the group is not managed: holds pid "
		  "1" },
	{ .sentence = { .standing = SENTENCE_UNMATCHED },
	  .text = "the kernel's killer would choose, because no policy matches the group" },
	{ .sentence = { .standing = SENTENCE_UNMATCHED,
			.why = "for the limit of /a above, explain "
			       "that" },
	  .text = "the kernel's killer would choose, because no policy matches the group; for the "
		  "limit "
		  "of /a above, explain that" },
};

static struct sentence sentence_of(const struct row *row, struct ranking *ranking)
{
	static const struct candidate somebody;
	struct sentence sentence = row->sentence;

	*ranking = row->ranking;
	ranking->first = ranking->eligible ? &somebody : NULL;
	ck_assert(row->nobody == !ranking->eligible || row->sentence.standing > SENTENCE_UNARMED);
	sentence.policy = &row->policy;
	sentence.rules = &rules;
	sentence.ranking = ranking;
	sentence.limit_found.count = LIMIT;
	if (sentence.limit.count == 0)
		sentence.limit.count = LIMIT;
	return sentence;
}

START_TEST(says_what_and_why)
{
	char text[SENTENCE_SIZE];
	struct ranking ranking;
	struct sentence sentence = sentence_of(&rows[_i], &ranking);

	ck_assert_str_eq(sentence_make(&sentence, text), rows[_i].text);
}
END_TEST

/* What a record would call the first step: the loan, or the kernel where the policy may choose nobody. */
START_TEST(first_step_is_the_first_that_acts)
{
	const struct policy policy = { .step_count = 3, .step = { LEND, KILL, KERNEL } };
	static const struct candidate somebody;
	struct ranking ranking = { .total = 1, .eligible = 1, .first = &somebody };
	struct sentence sentence = {
		.policy = &policy, .ranking = &ranking, .limit_found = { LIMIT }, .limit = { LIMIT }
	};

	ck_assert_uint_eq(sentence_first_step(&sentence), 0);
	ck_assert(sentence_has_victim(&sentence));
	sentence.limit.count = 2 * LIMIT;
	ck_assert_uint_eq(sentence_first_step(&sentence), 1);
	sentence.last_resort = true;
	ck_assert_uint_eq(sentence_first_step(&sentence), 2);
	sentence.last_resort = false;
	ranking.first = NULL;
	ck_assert_uint_eq(sentence_first_step(&sentence), 2);
	ck_assert(!sentence_has_victim(&sentence));
	sentence.asks_kernel = true;
	ranking.unknown = 1; /* he may turn out to be somebody */
	ck_assert_uint_eq(sentence_first_step(&sentence), 1);
	ck_assert(!sentence_has_victim(&sentence));
}
END_TEST

/* Names are as long as their writers like: the sentence is cut, and what comes behind has no room. */
START_TEST(what_does_not_fit_is_cut)
{
	char why[2 * SENTENCE_SIZE], text[4 * SENTENCE_SIZE];
	const struct policy policy = { .step_count = 1, .step = { KERNEL } };
	const struct ranking ranking = { .kernel_could = true };
	struct sentence sentence = {
		.standing = SENTENCE_UNARMED, .why = why, .policy = &policy, .ranking = &ranking
	};

	memset(why, 'x', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	memset(text, '~', sizeof(text));
	ck_assert_uint_eq(strlen(sentence_make(&sentence, text)), SENTENCE_SIZE - 1);
	for (size_t i = SENTENCE_SIZE; i < sizeof(text); i++)
		ck_assert_int_eq(text[i], '~');
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("explain", &tests);

	tcase_add_loop_test(tests, says_what_and_why, 0, UNIT_COUNT(rows));
	tcase_add_test(tests, first_step_is_the_first_that_acts);
	tcase_add_test(tests, what_does_not_fit_is_cut);
	return unit_run(suite);
}
