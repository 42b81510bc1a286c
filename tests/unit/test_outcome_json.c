/*
 * An outcome record as JSON and as a log line: every number has its word, hostile names come out
 * escaped, counts of another process are bounded. Linked with supervisor/outcome_json.c,
 * outcome_message.c, outcome_words.c, candidate_json.c, json_add.c, message.c and groups.c.
 */
#include <errno.h>

#include "supervisor/outcome_message.h"
#include "supervisor/outcome_words.h"
#include "unit/members.h"

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
		.failcnt_total = 120,
		.memsw_limit = UINT64_MAX,
		.asleep = 2,
		.candidates = 3,
		.eligible = 2,
		.listed = 2,
		.source = SOURCE_FACTS,
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
						     .signal_number = 9,
						     .signalled_nsec = 190 * NSEC_PER_USEC,
						     .exited_nsec = 4000 * NSEC_PER_USEC };
	outcome.step[0] = (struct outcome_step){ .kind = STEP_KILL, .result = OUTCOME_STEP_DONE };
	return outcome;
}

static const struct outcome_context context = { .cgroup = "/a b",
						.limit_cgroup = "/a b",
						.time = { .tv_sec = 951827696 },
						.names = { .moment = { 90 * NSEC_PER_SEC } } };

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
		"decide=180.0us resolve=4.2ms candidates=3 freed=58.0M record=123456789abc005 "
		"policy=50-web signal=SIGKILL victims=1 reason=memory rule=- asleep=2 "
		"kernel_kills=0 source=facts");
	outcome.victims = 0;
	outcome.steps = 0;
	outcome.kind = OUTCOME_PASSED;
	outcome.limit_inode = 78;
	outcome_message(&outcome, &context, &message);
	ck_assert_str_eq(
		message.text,
		"passed cgroup=/a\\x20b limit=64.0M victim=- rss=- uid=- step=- decide=180.0us "
		"resolve=4.2ms candidates=3 freed=58.0M record=123456789abc005 "
		"limit_cgroup=/a\\x20b policy=50-web signal=- victims=0 reason=memory rule=- "
		"asleep=2 kernel_kills=0 source=facts");
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
		"CAUSE=oom",
		"VICTIM_SIGNAL=SIGKILL",
		"VICTIM_METHOD=pidfd",
		"VICTIM_END=exited",
		"VICTIMS=1",
		"ASLEEP=2",
		"KERNEL_KILLS=0",
		"LAST_RESORT=no",
		"RECORD_ID=123456789abc005",
	};
	struct outcome outcome = sample();
	static struct message message;

	outcome_message(&outcome, &context, &message);
	for (size_t i = 0; i < UNIT_COUNT(fields); i++)
		ck_assert_msg(has_field(&message, fields[i]), "%s", fields[i]);
}
END_TEST

/* Both lists in one table, as the roster has them: numbers count within a list. */
static const struct policy_rules rules = {
	.count = 3,
	.rule = { { .list = RULE_PROTECT, .kind = RULE_COMM, .text = "comm:db" },
		  { .list = RULE_PREFER, .kind = RULE_COMM, .text = "comm:java*" },
		  { .list = RULE_PREFER, .kind = RULE_UID, .text = "uid:7" } },
};

static struct outcome_candidate known_process(void)
{
	return (struct outcome_candidate){
		.pid = 7,
		.uid = 33,
		.oom_score_adj = -5,
		.tier = OUTCOME_TIER_FIRST,
		.flags = FACT_ASLEEP | FACT_DETAILS,
		.sharers = 2,
		.rule = 2,
		.rule_list = RULE_PREFER,
		.comm = "java",
		.exe = "java-17",
		.start_nsec = 30 * NSEC_PER_SEC,
		.vm_size = 1000,
		.rss = 100,
		.file = 30,
		.shmem = 20,
		.swap = 5,
		.page_tables = 6,
		.badness = -17,
		.inode = 78,
	};
}

START_TEST(candidate_is_complete)
{
	static struct groups groups;
	const struct candidate_names names = { .groups = &groups,
					       .rules = &rules,
					       .moment = { 90 * NSEC_PER_SEC } };
	struct outcome_candidate who = known_process();
	struct json_object *json;

	groups_init(&groups, "/sys");
	groups_begin(&groups);
	groups_put(&groups, &(struct group_entry){
				    .path = "/a\n", .inode = 78, .policy = "", .refusal = "" });
	groups_end(&groups);
	json = candidate_json_new(&who, &names);
	ck_assert_str_eq(
		json_object_to_json_string_ext(json, JSON_C_TO_STRING_SPACED |
							     JSON_C_TO_STRING_NOSLASHESCAPE),
		"{ \"pid\": 7, \"uid\": 33, \"comm\": \"java\", \"exe\": \"java-17\", "
		"\"oom_score_adj\": -5, \"asleep\": true, \"frozen\": false, "
		"\"estimated\": false, \"mmap_lock\": null, \"vm_size\": 1000, \"rss\": 100, "
		"\"anon\": 50, \"file\": 30, \"shmem\": 20, \"swap\": 5, "
		"\"page_tables\": 6, \"badness\": -17, \"sharers\": 2, \"tier\": "
		"\"first\", \"rule\": \"Prefer=uid:7\", \"age_msec\": 60000, "
		"\"cgroup\": \"/a\\\\n\" }");
	json_object_put(json);
}
END_TEST

START_TEST(candidate_says_how_it_stood_at_that_instant)
{
	static const struct {
		uint32_t flags;
		const char *lock;
	} rows[] = {
		{ 0, NULL },
		{ FACT_MMAP_WRITER, "held for writing" },
		{ FACT_MMAP_READERS | FACT_FROZEN, "held for reading" },
		{ FACT_MMAP_WAITERS | FACT_ESTIMATED, "waited for" },
		{ FACT_MMAP_WRITER | FACT_MMAP_WAITERS, "held for writing, waited for" },
		{ UINT32_MAX, "held for writing, held for reading, waited for" },
	};
	const struct candidate_names names = { .moment = { 1 } };

	for (int i = 0; i < UNIT_COUNT(rows); i++) {
		struct outcome_candidate who = { .pid = 7, .flags = rows[i].flags };
		struct json_object *json = candidate_json_new(&who, &names);

		ck_assert_pstr_eq(json_object_get_string(member(json, "mmap_lock")), rows[i].lock);
		ck_assert_int_eq(json_object_get_boolean(member(json, "frozen")),
				 (rows[i].flags & FACT_FROZEN) != 0);
		ck_assert_int_eq(json_object_get_boolean(member(json, "estimated")),
				 (rows[i].flags & FACT_ESTIMATED) != 0);
		json_object_put(json);
	}
}
END_TEST

START_TEST(candidate_says_what_is_not_known)
{
	const struct candidate_names names = { .moment = { 1 } };
	struct outcome_candidate who = { .pid = 7, .rule = 2, .inode = 78, .file = 3 };
	struct json_object *json = candidate_json_new(&who, &names);

	ck_assert_ptr_null(member(json, "exe"));
	ck_assert_ptr_null(member(json, "age_msec"));
	ck_assert_str_eq(text_of(json, "rule"), "Prefer= rule 2");
	ck_assert_str_eq(text_of(json, "cgroup"), "inode:78");
	ck_assert_uint_eq(number_of(json, "anon"), 0);
	json_object_put(json);
}
END_TEST

START_TEST(rule_goes_by_its_number_when_it_is_gone)
{
	static const struct {
		uint32_t list, number;
		const char *text;
	} rows[] = {
		{ RULE_PREFER, 1, "Prefer=comm:java*" },
		{ RULE_PREFER, 2, "Prefer=uid:7" },
		{ RULE_PROTECT, 1, "Protect=comm:db" },
		{ RULE_PROTECT, 2, "Protect= rule 2" },
		{ RULE_AVOID, 1, "Avoid= rule 1" },
		{ RULE_SHIM, 9, "Shims= rule 9" },
		{ RULE_PREFER, 0, NULL },
		{ RULE_LIST_COUNT, 1, NULL },
		{ RULE_PREFER, UINT32_MAX, "Prefer= rule 4294967295" },
	};
	char text[CANDIDATE_RULE_SIZE];

	for (int i = 0; i < UNIT_COUNT(rows); i++) {
		struct outcome_candidate who = { .rule = rows[i].number,
						 .rule_list = rows[i].list };

		ck_assert_pstr_eq(candidate_rule(&who, &rules, text), rows[i].text);
	}
}
END_TEST

START_TEST(trigger_has_every_counter)
{
	struct outcome outcome = sample();
	struct json_object *json;

	outcome.memsw_limit = 70;
	outcome.memsw_usage = 60;
	outcome.memsw_failcnt_total = 5;
	outcome.memory.sampled_nsec = 1;
	for (int i = 0; i < FACTS_STAT_COUNT; i++)
		outcome.memory.value[i] = 1000 + (uint64_t)i;
	outcome.memory.value[FACTS_STAT_KERNEL] = UINT64_MAX;
	json = outcome_json_new(&outcome, &context);
	ck_assert_uint_eq(number_of(json, "failcnt"), 120);
	ck_assert_uint_eq(number_of(json, "asleep"), 2);
	ck_assert_uint_eq(number_of(member(json, "memsw"), "limit"), 70);
	ck_assert_uint_eq(number_of(member(json, "memsw"), "usage"), 60);
	ck_assert_uint_eq(number_of(member(json, "memsw"), "failcnt"), 5);
	ck_assert_uint_eq(json_object_object_length(member(json, "memory")), FACTS_STAT_COUNT);
	ck_assert_uint_eq(number_of(member(json, "memory"), "rss"), 1000 + FACTS_STAT_RSS);
	ck_assert_uint_eq(number_of(member(json, "memory"), "unevictable"),
			  1000 + FACTS_STAT_UNEVICTABLE);
	ck_assert_ptr_null(member(member(json, "memory"), "kernel"));
	json_object_put(json);
	outcome = sample();
	json = outcome_json_new(&outcome, &context);
	ck_assert_ptr_null(member(json, "memsw"));
	ck_assert_ptr_null(member(json, "memory"));
	json_object_put(json);
}
END_TEST

START_TEST(alloc_failure_has_a_message_of_its_own)
{
	struct outcome outcome = sample();
	static struct message message;
	struct json_object *json;

	outcome.kind = OUTCOME_ALLOC_FAILURE;
	outcome.by_alloc_failure = 1;
	json = outcome_json_new(&outcome, &context);
	ck_assert_str_eq(text_of(json, "kind"), "alloc-failure");
	ck_assert_str_eq(text_of(json, "cause"), "alloc-failure");
	json_object_put(json);
	outcome_message(&outcome, &context, &message);
	ck_assert(has_field(&message, "MESSAGE_ID=" MESSAGE_ID_ALLOC_FAILURE));
	ck_assert(has_field(&message, "CAUSE=alloc-failure"));
	ck_assert_int_eq(strncmp(message.text, "alloc-failure cgroup=", 21), 0);
}
END_TEST

START_TEST(rule_and_signal_are_told)
{
	static const struct {
		uint32_t number;
		const char *name;
	} signals[] = { { 0, "kernel" }, { 15, "SIGTERM" }, { 9, "SIGKILL" }, { 34, "signal 34" } };
	struct outcome_context judged = context;
	struct outcome outcome = sample();
	static struct message message;

	judged.names.rules = &rules;
	outcome.candidate[0].rule = 1;
	outcome.candidate[1].tier = OUTCOME_TIER_PREFER;
	outcome_message(&outcome, &judged, &message);
	ck_assert_ptr_nonnull(strstr(message.text, " reason=prefer rule=Prefer=comm:java* "));
	ck_assert(has_field(&message, "RULE=Prefer=comm:java*"));
	for (int i = 0; i < UNIT_COUNT(signals); i++) {
		struct json_object *json;

		outcome.victim[0].signal_number = signals[i].number;
		json = outcome_json_new(&outcome, &judged);
		ck_assert_str_eq(text_of(entry(json, "victims", 0), "signal"), signals[i].name);
		json_object_put(json);
	}
}
END_TEST

START_TEST(source_and_method_are_told)
{
	struct outcome outcome = sample();
	static struct message message;
	struct json_object *json;

	outcome.source = SOURCE_ITER;
	outcome.source_failed = SOURCE_BPF;
	outcome.source_error = ENOMEM;
	outcome.victim[0].method = KILL_METHOD_BPF;
	json = outcome_json_new(&outcome, &context);
	ck_assert_str_eq(text_of(json, "source"), "iter");
	ck_assert_str_eq(text_of(json, "source_failed"), "bpf");
	ck_assert_str_eq(text_of(json, "source_error"), "Cannot allocate memory");
	ck_assert_str_eq(text_of(entry(json, "victims", 0), "method"), "bpf");
	json_object_put(json);
	outcome_message(&outcome, &context, &message);
	ck_assert_ptr_nonnull(strstr(
		message.text, " source=iter source_failed=bpf(Cannot\\x20allocate\\x20memory)"));
	ck_assert(has_field(&message, "SOURCE=iter"));
	ck_assert(has_field(&message, "SOURCE_FAILED=bpf"));
	ck_assert(has_field(&message, "SOURCE_ERROR=Cannot allocate memory"));
	ck_assert(has_field(&message, "VICTIM_METHOD=bpf"));
}
END_TEST

/* A zero in the table is an enumerator as well: without a decision, or a signal, it is none. */
START_TEST(no_decision_has_no_source_and_no_signal_no_method)
{
	struct outcome outcome = sample();
	static struct message message;
	struct json_object *json;

	outcome.decided_nsec = 0;
	outcome.source = SOURCE_BPF;
	outcome.victim[0].signal_number = 0;
	json = outcome_json_new(&outcome, &context);
	ck_assert_ptr_null(member(json, "source"));
	ck_assert_ptr_null(member(json, "source_failed"));
	ck_assert_ptr_null(member(json, "source_error"));
	ck_assert_ptr_null(member(entry(json, "victims", 0), "method"));
	json_object_put(json);
	outcome_message(&outcome, &context, &message);
	ck_assert_ptr_nonnull(strstr(message.text, " source=-"));
	ck_assert(!has_field(&message, "SOURCE=bpf"));
	ck_assert(!has_field(&message, "VICTIM_METHOD=pidfd"));
}
END_TEST

START_TEST(new_steps_are_told)
{
	struct outcome outcome = sample();
	struct json_object *json;

	outcome.steps = 3;
	outcome.step[0] = (struct outcome_step){
		.kind = STEP_TERMINATE, .result = OUTCOME_STEP_TIMED_OUT, .count = 4, .amount = 80
	};
	outcome.step[1] = (struct outcome_step){
		.kind = STEP_FREEZE, .result = OUTCOME_STEP_FAILED, .error = EALREADY, .amount = 1
	};
	outcome.step[2] =
		(struct outcome_step){ .kind = STEP_KILL, .result = OUTCOME_STEP_OVER_BUDGET };
	json = outcome_json_new(&outcome, &context);
	ck_assert_str_eq(text_of(entry(json, "steps", 0), "step"), "terminate");
	ck_assert_uint_eq(number_of(entry(json, "steps", 0), "count"), 4);
	ck_assert_uint_eq(number_of(entry(json, "steps", 0), "amount"), 80);
	ck_assert_str_eq(text_of(entry(json, "steps", 1), "error"), "it was frozen before");
	ck_assert_ptr_null(member(entry(json, "steps", 1), "amount"));
	ck_assert_str_eq(text_of(entry(json, "steps", 2), "result"), "over-budget");
	json_object_put(json);
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
	tcase_add_test(tests, candidate_is_complete);
	tcase_add_test(tests, candidate_says_how_it_stood_at_that_instant);
	tcase_add_test(tests, candidate_says_what_is_not_known);
	tcase_add_test(tests, rule_goes_by_its_number_when_it_is_gone);
	tcase_add_test(tests, trigger_has_every_counter);
	tcase_add_test(tests, alloc_failure_has_a_message_of_its_own);
	tcase_add_test(tests, rule_and_signal_are_told);
	tcase_add_test(tests, source_and_method_are_told);
	tcase_add_test(tests, no_decision_has_no_source_and_no_signal_no_method);
	tcase_add_test(tests, new_steps_are_told);
	tcase_add_test(tests, container_is_found_in_the_path);
	return unit_run(suite);
}
