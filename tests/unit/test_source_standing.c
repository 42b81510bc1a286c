/*
 * Which source and which way to kill are in use, why not better ones, and the same on the status page.
 * Linked with supervisor/source_standing.c, status_sources.c, outcome_words.c and json_add.c; what could
 * be loaded is said here.
 */
#include <errno.h>

#include "base/clock.h"
#include "supervisor/bpf.h"
#include "supervisor/source_standing.h"
#include "supervisor/status_sources.h"
#include "unit/members.h"

#define OLD "refused by this kernel (Invalid argument); it needs 6.8"
#define NO_SIGNAL "refused by this kernel (Invalid argument); it needs 6.13"
#define BUILT_WITHOUT "built without"
#define ABSENT                                                                                     \
	{                                                                                          \
		SOURCE_STATE_ABSENT, 0                                                             \
	}
#define READY                                                                                      \
	{                                                                                          \
		SOURCE_STATE_READY, 0                                                              \
	}
#define BROKEN                                                                                     \
	{                                                                                          \
		SOURCE_STATE_FAILED, ENOMEM                                                        \
	}

static const char *whys[BPF_PART_COUNT];

const char *bpf_why_not(enum bpf_part part)
{
	return whys[part];
}

const char *bpf_part_name(enum bpf_part part)
{
	return part == BPF_PART_ROLL ? "roll" : "another";
}

static void all_loaded(void)
{
	memset(whys, 0, sizeof(whys));
}

static const struct row {
	struct source_standing standing;
	const char *roll, *iter, *signal; /* why not */
	enum source source;
	enum kill_method method;
	const char *text;
} rows[] = {
	{ { .source = { READY, READY, READY }, .kill = READY },
	  .source = SOURCE_BPF,
	  .method = KILL_METHOD_BPF,
	  .text = "snapshot: bpf; kill: bpf" },
	{ { .source = { READY, READY, READY } },
	  .signal = NO_SIGNAL,
	  .source = SOURCE_BPF,
	  .method = KILL_METHOD_PIDFD,
	  .text = "snapshot: bpf; kill: pidfd, not bpf: " NO_SIGNAL },
	{ { .source = { ABSENT, READY, READY } },
	  .roll = OLD,
	  .signal = NO_SIGNAL,
	  .source = SOURCE_ITER,
	  .method = KILL_METHOD_PIDFD,
	  .text = "snapshot: iter, not bpf: " OLD "; kill: pidfd, not bpf: " NO_SIGNAL },
	{ { .source = { ABSENT, ABSENT, READY } },
	  .roll = BUILT_WITHOUT,
	  .iter = BUILT_WITHOUT,
	  .signal = BUILT_WITHOUT,
	  .source = SOURCE_FACTS,
	  .method = KILL_METHOD_PIDFD,
	  .text = "snapshot: facts, not bpf: " BUILT_WITHOUT ", nor iter; kill: pidfd, not "
		  "bpf: " BUILT_WITHOUT },
	{ { .source = { BROKEN, READY, READY }, .kill = BROKEN },
	  .source = SOURCE_ITER,
	  .method = KILL_METHOD_PIDFD,
	  .text = "snapshot: iter, not bpf: failed with Cannot allocate memory; kill: pidfd, not "
		  "bpf: failed with Cannot allocate memory" },
	{ { .source = { ABSENT, BROKEN, ABSENT }, .kill = READY },
	  .source = SOURCE_FACTS,
	  .method = KILL_METHOD_PIDFD,
	  .text = "snapshot: facts, not bpf: on its way to the handler, nor iter: failed with "
		  "Cannot allocate memory; kill: pidfd, not bpf: facts do not tell the kernel "
		  "enough of whom is meant" },
	{ { .best = SOURCE_FACTS, .source = { READY, READY, READY } },
	  .signal = NO_SIGNAL,
	  .source = SOURCE_FACTS,
	  .method = KILL_METHOD_PIDFD,
	  .text = "snapshot: facts, not bpf: Snapshot= does not allow it, nor iter; kill: pidfd, "
		  "not bpf: " NO_SIGNAL },
	{ { .best = UINT32_MAX, .source = { READY, READY, READY }, .kill = READY },
	  .source = SOURCE_FACTS,
	  .method = KILL_METHOD_PIDFD,
	  .text = "snapshot: facts, not bpf: Snapshot= does not allow it, nor iter; kill: pidfd, "
		  "not bpf: facts do not tell the kernel enough of whom is meant" },
};

START_TEST(what_is_in_use_and_why_not_better)
{
	const struct row *row = &rows[_i];
	char text[SOURCE_STANDING_SIZE];

	whys[BPF_PART_ROLL] = row->roll;
	whys[BPF_PART_ITER] = row->iter;
	whys[BPF_PART_SIGNAL] = row->signal;
	ck_assert_int_eq(source_standing_source(&row->standing), row->source);
	ck_assert_int_eq(source_standing_method(&row->standing), row->method);
	ck_assert_str_eq(source_standing_say(&row->standing, text), row->text);
}
END_TEST

/* Before there is a handler: what is loaded would be used. */
START_TEST(what_would_be_in_use_is_what_is_loaded)
{
	struct source_standing standing = source_standing_expected(SOURCE_BPF);
	char text[SOURCE_STANDING_SIZE];

	ck_assert_str_eq(source_standing_say(&standing, text), "snapshot: bpf; kill: bpf");
	whys[BPF_PART_ROLL] = OLD;
	standing = source_standing_expected(SOURCE_BPF);
	ck_assert_int_eq(source_standing_source(&standing), SOURCE_ITER);
	whys[BPF_PART_ITER] = OLD;
	standing = source_standing_expected(SOURCE_BPF);
	ck_assert_int_eq(source_standing_source(&standing), SOURCE_FACTS);
}
END_TEST

/* ... as far as it is allowed, and that is then the reason. */
START_TEST(what_would_be_in_use_is_what_is_allowed)
{
	struct source_standing standing = source_standing_expected(SOURCE_ITER);
	char text[SOURCE_STANDING_SIZE];

	ck_assert_str_eq(source_standing_say(&standing, text),
			 "snapshot: iter, not bpf: Snapshot= does not allow it; kill: bpf");
	standing = source_standing_expected(SOURCE_FACTS);
	ck_assert_str_eq(source_standing_say(&standing, text),
			 "snapshot: facts, not bpf: Snapshot= does not allow it, nor iter; kill: "
			 "pidfd, not bpf: facts do not tell the kernel enough of whom is meant");
}
END_TEST

/* Reasons are made by a library and a kernel: they may be of any length. */
START_TEST(what_does_not_fit_is_cut)
{
	char why[2 * SOURCE_STANDING_SIZE], text[SOURCE_STANDING_SIZE + 1];
	struct source_standing standing;

	memset(why, 'x', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	whys[BPF_PART_ROLL] = why;
	standing = source_standing_expected(SOURCE_BPF);
	text[SOURCE_STANDING_SIZE] = '~';
	ck_assert_uint_eq(strlen(source_standing_say(&standing, text)), SOURCE_STANDING_SIZE - 1);
	ck_assert_int_eq(text[SOURCE_STANDING_SIZE], '~');
}
END_TEST

START_TEST(page_has_every_source_and_part)
{
	static struct roster roster;
	static struct outcomes outcomes;
	const struct tables tables = { .roster = &roster, .outcomes = &outcomes };
	struct json_object *page = json_object_new_object(), *source, *part;

	roster.host.source = SOURCE_ITER;
	outcomes.sources[SOURCE_ITER] = (struct source_board){
		.state = SOURCE_STATE_READY, .error = ENOMEM, .uses = 7, .failures = 2
	};
	outcomes.sources[SOURCE_ITER].tried_nsec = clock_now().count - 3 * NSEC_PER_SEC;
	outcomes.kill.state = SOURCE_STATE_FAILED;
	whys[BPF_PART_TREE] = NO_SIGNAL;
	status_sources_add(page, &tables);
	ck_assert_str_eq(text_of(page, "source"), "iter");
	ck_assert_str_eq(text_of(page, "kill_method"), "pidfd");
	ck_assert_int_eq(strncmp(text_of(page, "sources_text"), "snapshot: iter, ", 16), 0);
	ck_assert_uint_eq(json_object_array_length(member(page, "sources")), SOURCE_COUNT);
	source = entry(page, "sources", SOURCE_ITER);
	ck_assert_str_eq(text_of(source, "name"), "iter");
	ck_assert_str_eq(text_of(source, "state"), "ready");
	ck_assert_str_eq(text_of(source, "error"), "Cannot allocate memory");
	ck_assert_uint_eq(number_of(source, "uses"), 7);
	ck_assert_uint_eq(number_of(source, "failures"), 2);
	ck_assert_uint_ge(number_of(source, "tried_ago_msec"), 3000);
	ck_assert(json_object_get_boolean(member(source, "allowed")));
	source = entry(page, "sources", SOURCE_BPF);
	ck_assert(!json_object_get_boolean(member(source, "allowed")));
	ck_assert_ptr_null(member(source, "tried_ago_msec"));
	ck_assert_ptr_null(member(source, "error"));
	ck_assert_str_eq(text_of(member(page, "kill"), "name"), "bpf");
	ck_assert_str_eq(text_of(member(page, "kill"), "state"), "failed");
	ck_assert_uint_eq(json_object_array_length(member(page, "parts")), BPF_PART_COUNT);
	part = entry(page, "parts", BPF_PART_ROLL);
	ck_assert_str_eq(text_of(part, "name"), "roll");
	ck_assert_ptr_null(member(part, "why"));
	part = entry(page, "parts", BPF_PART_TREE);
	ck_assert_str_eq(text_of(part, "why"), NO_SIGNAL);
	json_object_put(page);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("source_standing", &tests);

	tcase_add_checked_fixture(tests, all_loaded, NULL);
	tcase_add_loop_test(tests, what_is_in_use_and_why_not_better, 0, UNIT_COUNT(rows));
	tcase_add_test(tests, what_would_be_in_use_is_what_is_loaded);
	tcase_add_test(tests, what_would_be_in_use_is_what_is_allowed);
	tcase_add_test(tests, what_does_not_fit_is_cut);
	tcase_add_test(tests, page_has_every_source_and_part);
	return unit_run(suite);
}
