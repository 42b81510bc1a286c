/*
 * An outcome record as JSON and as a log line: every number has its word, hostile names come out
 * escaped, counts of another process are bounded. Linked with supervisor/outcome_json.c,
 * outcome_message.c, message.c, settings/human.c and base/text.c.
 */
#include <errno.h>

#include "supervisor/outcome_message.h"
#include "unit/unit.h"

static struct outcome sample(void)
{
	struct outcome outcome = {
		.sequence = 1,
		.kind = OUTCOME_RESOLVED,
		.slot = 5,
		.inode = 77,
		.limit_inode = 77,
		.policy = "50-web",
		.trigger_nsec = 0x123456789abcULL,
		.limit = 64 * BYTES_PER_MIB,
		.usage = 64 * BYTES_PER_MIB,
		.failcnt = 9,
		.candidates = 3,
		.eligible = 2,
		.listed = 2,
		.facts_age_nsec = 1500 * NSEC_PER_USEC,
		.decided_nsec = 180 * NSEC_PER_USEC,
		.victims = 1,
		.steps = 1,
		.proof = OUTCOME_PROOF_LEVEL,
		.resolved_nsec = 4200 * NSEC_PER_USEC,
		.usage_after = 6 * BYTES_PER_MIB,
	};

	outcome.candidate[0] = (struct outcome_candidate){ .pid = 1234,
							   .oom_score_adj = -5,
							   .tier = OUTCOME_TIER_FIRST,
							   .comm = "hog",
							   .rss = 60 * BYTES_PER_MIB };
	outcome.candidate[1] = (struct outcome_candidate){
		.pid = 1235, .tier = OUTCOME_TIER_MEMORY, .comm = "small", .rss = BYTES_PER_MIB
	};
	outcome.victim[0] = (struct outcome_victim){ .who = outcome.candidate[0],
						     .end = OUTCOME_VICTIM_EXITED,
						     .signalled_nsec = 190 * NSEC_PER_USEC,
						     .exited_nsec = 4000 * NSEC_PER_USEC };
	outcome.step[0] = (struct outcome_step){ .kind = STEP_KILL, .result = OUTCOME_STEP_DONE };
	return outcome;
}

static const struct outcome_context context = { .cgroup = "/a b",
						.limit_cgroup = "/a b",
						.time = { .tv_sec = 951827696 } };

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value;

	ck_assert_msg(json_object_object_get_ex(object, key, &value), "no key %s", key);
	return value;
}

static const char *text_of(struct json_object *object, const char *key)
{
	return json_object_get_string(member(object, key));
}

static uint64_t number_of(struct json_object *object, const char *key)
{
	return json_object_get_uint64(member(object, key));
}

static struct json_object *entry(struct json_object *object, const char *key, size_t index)
{
	return json_object_array_get_idx(member(object, key), index);
}

START_TEST(record_says_what_happened)
{
	struct outcome outcome = sample();
	struct json_object *json = outcome_json_new(&outcome, &context);

	ck_assert_str_eq(text_of(json, "id"), "123456789abc005");
	ck_assert_str_eq(text_of(json, "time"), "2000-02-29T12:34:56Z");
	ck_assert_str_eq(text_of(json, "kind"), "resolved");
	ck_assert_str_eq(text_of(json, "cgroup"), "/a b");
	ck_assert_str_eq(text_of(json, "policy"), "50-web");
	ck_assert_str_eq(text_of(json, "counter"), "memory");
	ck_assert_str_eq(text_of(json, "found_by"), "event");
	ck_assert_str_eq(text_of(json, "proof"), "level");
	ck_assert_uint_eq(number_of(json, "decide_usec"), 180);
	ck_assert_uint_eq(number_of(json, "resolve_usec"), 4200);
	ck_assert_uint_eq(number_of(json, "facts_age_usec"), 1500);
	ck_assert_uint_eq(number_of(json, "candidates_total"), 3);
	ck_assert_uint_eq(number_of(json, "freed"), 58 * BYTES_PER_MIB);
	ck_assert(!json_object_get_boolean(member(json, "dry_run")));
	ck_assert_ptr_null(member(json, "error"));
	json_object_put(json);
}
END_TEST

START_TEST(record_lists_candidates_victims_steps)
{
	struct outcome outcome = sample();
	struct json_object *json = outcome_json_new(&outcome, &context);
	struct json_object *victim = entry(json, "victims", 0), *step = entry(json, "steps", 0);

	ck_assert_uint_eq(json_object_array_length(member(json, "candidates")), 2);
	ck_assert_str_eq(text_of(entry(json, "candidates", 0), "comm"), "hog");
	ck_assert_str_eq(text_of(entry(json, "candidates", 1), "tier"), "memory");
	ck_assert_int_eq(json_object_get_int(member(entry(json, "candidates", 0), "oom_score_adj")),
			 -5);
	ck_assert_str_eq(text_of(victim, "end"), "exited");
	ck_assert_uint_eq(number_of(victim, "exited_usec"), 4000);
	ck_assert_str_eq(text_of(step, "step"), "kill");
	ck_assert_str_eq(text_of(step, "result"), "done");
	ck_assert_ptr_null(member(step, "amount"));
	json_object_put(json);
}
END_TEST

START_TEST(unknown_is_null_not_zero)
{
	struct outcome outcome = sample();
	struct json_object *json;

	outcome.victim[0].exited_nsec = 0;
	outcome.victim[0].error = 1;
	outcome.step[0].kind = STEP_RAISE_LIMIT;
	outcome.step[0].amount = 4096;
	outcome.usage_after = outcome.usage + 1;
	json = outcome_json_new(&outcome, &context);
	ck_assert_ptr_null(member(entry(json, "victims", 0), "exited_usec"));
	ck_assert_str_eq(text_of(entry(json, "victims", 0), "error"), "Operation not permitted");
	ck_assert_uint_eq(number_of(entry(json, "steps", 0), "amount"), 4096);
	ck_assert_uint_eq(number_of(json, "freed"), 0);
	json_object_put(json);
}
END_TEST

START_TEST(loan_that_failed_says_why)
{
	static const struct {
		uint32_t error;
		const char *text;
	} rows[] = {
		{ EDQUOT, "all that the policy allows is lent already" },
		{ ENOSPC, "a limit above is full" },
		{ EBUSY, "Device or resource busy" },
	};
	struct outcome outcome = sample();

	outcome.step[0].kind = STEP_RAISE_LIMIT;
	outcome.step[0].result = OUTCOME_STEP_FAILED;
	for (int i = 0; i < UNIT_COUNT(rows); i++) {
		struct json_object *json, *step;

		outcome.step[0].error = rows[i].error;
		json = outcome_json_new(&outcome, &context);
		step = entry(json, "steps", 0);
		ck_assert_str_eq(text_of(step, "error"), rows[i].text);
		ck_assert_ptr_null(member(step, "amount")); /* none was set */
		json_object_put(json);
	}
}
END_TEST

START_TEST(dry_run_says_would_and_spared)
{
	struct outcome outcome = sample();
	struct json_object *json;

	outcome.kind = OUTCOME_DRY_RUN;
	outcome.step[0].result = OUTCOME_STEP_WOULD;
	outcome.victim[0].end = OUTCOME_VICTIM_SPARED;
	outcome.victim[0].exited_nsec = 0;
	json = outcome_json_new(&outcome, &context);
	ck_assert_str_eq(text_of(entry(json, "steps", 0), "result"), "would");
	ck_assert_str_eq(text_of(entry(json, "victims", 0), "end"), "spared");
	ck_assert_ptr_null(member(entry(json, "victims", 0), "signalled_usec"));
	ck_assert(json_object_get_boolean(member(json, "dry_run")));
	json_object_put(json);
}
END_TEST

/* The table is written by another process: nothing in it is believed. */
START_TEST(wild_numbers_are_bounded)
{
	struct outcome outcome;
	struct json_object *json;
	static struct message message;

	memset(&outcome, 0xff, sizeof(outcome));
	json = outcome_json_new(&outcome, &context);
	ck_assert_str_eq(text_of(json, "kind"), "unknown");
	ck_assert_str_eq(text_of(json, "proof"), "unknown");
	ck_assert_uint_eq(json_object_array_length(member(json, "candidates")), OUTCOME_CANDIDATES);
	ck_assert_uint_eq(json_object_array_length(member(json, "victims")), OUTCOME_VICTIMS);
	ck_assert_uint_eq(json_object_array_length(member(json, "steps")), OUTCOME_STEPS);
	json_object_put(json);
	outcome_message(&outcome, &context, &message);
	ck_assert_int_eq(strncmp(message.text, "unknown ", 8), 0);
}
END_TEST

START_TEST(hostile_names_come_out_escaped)
{
	struct outcome outcome = sample();
	struct json_object *json;
	static struct message message;

	memcpy(outcome.victim[0].who.comm, "x\n\x1b[2J uid=0 \\\xff", FACTS_COMM_SIZE);
	json = outcome_json_new(&outcome, &context);
	ck_assert_str_eq(text_of(entry(json, "victims", 0), "comm"),
			 "x\\n\\x1b[2J uid=0 \\\\\\xff");
	json_object_put(json);
	outcome_message(&outcome, &context, &message);
	ck_assert_ptr_nonnull(strstr(message.text, "victim=1234(x\\n\\x1b[2J\\x20uid=0\\x20"));
	ck_assert_ptr_null(strchr(message.text, '\n'));
}
END_TEST

START_TEST(line_is_stable)
{
	struct outcome outcome = sample();
	static struct message message;

	outcome_message(&outcome, &context, &message);
	ck_assert_str_eq(
		message.text,
		"resolved cgroup=/a\\x20b limit=64.0M victim=1234(hog) rss=60.0M uid=0 step=kill "
		"decide=180.0us resolve=4.2ms candidates=3 freed=58.0M record=123456789abc005");
	outcome.victims = 0;
	outcome.steps = 0;
	outcome.kind = OUTCOME_PASSED;
	outcome.limit_inode = 78;
	outcome_message(&outcome, &context, &message);
	ck_assert_str_eq(
		message.text,
		"passed cgroup=/a\\x20b limit=64.0M victim=- rss=- uid=- step=- decide=180.0us "
		"resolve=4.2ms candidates=3 freed=58.0M record=123456789abc005 "
		"limit_cgroup=/a\\x20b");
}
END_TEST

/* As oomhandlerctl rounds them; and a time with two units must not tear the line apart. */
START_TEST(line_agrees_with_the_command_line)
{
	struct outcome outcome = sample();
	static struct message message;

	outcome.limit = 80 * BYTES_PER_MIB - 4096;
	outcome.resolved_nsec = 83 * NSEC_PER_SEC;
	outcome_message(&outcome, &context, &message);
	ck_assert_ptr_nonnull(strstr(message.text, " limit=80.0M "));
	ck_assert_ptr_nonnull(strstr(message.text, " resolve=83s "));
}
END_TEST

static bool has_field(const struct message *message, const char *field)
{
	for (size_t i = 0; i < message->field_count; i++)
		if (strcmp(message->fields[i], field) == 0)
			return true;
	return false;
}

START_TEST(journal_fields_are_complete)
{
	static const char *const fields[] = {
		"MESSAGE_ID=" MESSAGE_ID_RESOLVED,
		"CGROUP=/a b",
		"POLICY=50-web",
		"STEP=kill",
		"REASON=memory",
		"LIMIT_CGROUP=/a b",
		"LIMIT_BYTES=67108864",
		"USAGE_BYTES=67108864",
		"VICTIM_PID=1234",
		"VICTIM_UID=0",
		"VICTIM_COMM=hog",
		"VICTIM_RSS_BYTES=62914560",
		"VICTIM_OOM_SCORE_ADJ=-5",
		"CANDIDATES=3",
		"FREED_BYTES=60817408",
		"LATENCY_DECIDE_USEC=180",
		"LATENCY_RESOLVE_USEC=4200",
		"SOURCE=facts",
		"DRY_RUN=no",
		"RECORD_ID=123456789abc005",
	};
	struct outcome outcome = sample();
	static struct message message;

	outcome_message(&outcome, &context, &message);
	for (size_t i = 0; i < UNIT_COUNT(fields); i++)
		ck_assert_msg(has_field(&message, fields[i]), "%s", fields[i]);
}
END_TEST

START_TEST(container_is_found_in_the_path)
{
#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	struct outcome_context docker = { .cgroup = "/docker/" DIGITS, .limit_cgroup = "/" };
	struct outcome outcome = sample();
	static struct message message;

	outcome_message(&outcome, &docker, &message);
	ck_assert(has_field(&message, "CONTAINER=" DIGITS));
	docker.cgroup = "/docker/" DIGITS "0";
	outcome_message(&outcome, &docker, &message);
	ck_assert(!has_field(&message, "CONTAINER=" DIGITS));
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("outcome_json", &tests);

	tcase_add_test(tests, record_says_what_happened);
	tcase_add_test(tests, record_lists_candidates_victims_steps);
	tcase_add_test(tests, unknown_is_null_not_zero);
	tcase_add_test(tests, loan_that_failed_says_why);
	tcase_add_test(tests, dry_run_says_would_and_spared);
	tcase_add_test(tests, wild_numbers_are_bounded);
	tcase_add_test(tests, hostile_names_come_out_escaped);
	tcase_add_test(tests, line_is_stable);
	tcase_add_test(tests, line_agrees_with_the_command_line);
	tcase_add_test(tests, journal_fields_are_complete);
	tcase_add_test(tests, container_is_found_in_the_path);
	return unit_run(suite);
}
