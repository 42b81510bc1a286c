/*
 * `history` and `record` as an operator reads them, from files that a dead daemon left: the words, the
 * filters, the exit codes, torn files, many records. Linked with both verbs and what they print with;
 * the command line itself is made by hand.
 */
#include <stdarg.h>
#include <sys/resource.h>
#include <time.h>

#include <json-c/json.h>

#include "ctl/ctl.h"
#include "settings/history_file.h"
#include "unit/history_files.h"
#include "unit/unit.h"

#define OUTPUT_SIZE 65536
#ifdef __SANITIZE_ADDRESS__
#define GROWTH_KIB (1024 * 1024) /* it keeps what was freed, with room around: says little */
#else
#define GROWTH_KIB 4096
#endif

static char refusal[1024];

enum exit_code ctl_refuse(const struct ctl *ctl, enum exit_code code, const char *format, ...)
{
	va_list arguments;

	(void)ctl;
	va_start(arguments, format);
	(void)vsnprintf(refusal, sizeof(refusal), format, arguments);
	va_end(arguments);
	return code;
}

void ctl_print_json(struct json_object *object)
{
	puts(json_object_to_json_string(object));
	json_object_put(object);
}

static void put(const char *path, const char *text)
{
	file_put(path, "a", text);
}

/* What @run prints on standard output. */
static const char *output_of(enum exit_code (*run)(const struct ctl *ctl), const struct ctl *ctl,
			     enum exit_code expected)
{
	static char text[OUTPUT_SIZE];
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	size_t length;

	refusal[0] = '\0';
	(void)fflush(stdout);
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(dup2(fileno(file), STDOUT_FILENO), 0);
	ck_assert_int_eq(run(ctl), expected);
	(void)fflush(stdout);
	ck_assert_int_ge(dup2(saved, STDOUT_FILENO), 0);
	(void)close(saved);
	rewind(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	(void)fclose(file);
	return text;
}

static const char *history_of(struct ctl ctl)
{
	ctl.state_dir = folder;
	return output_of(history_run, &ctl, EXIT_CODE_OK);
}

static const char *record_of(const char *id, bool json, enum exit_code expected)
{
	char *arguments[] = { (char *)id, NULL };
	const struct ctl ctl = {
		.state_dir = folder, .json = json, .arguments = arguments, .argument_count = 1
	};

	return output_of(record_run, &ctl, expected);
}

#define WHOLE                                                                                      \
	"{\"id\":\"abc001\",\"time\":\"2000-02-29T12:34:56Z\",\"kind\":\"resolved\","              \
	"\"cgroup\":\"/a/b\",\"limit_cgroup\":\"/a\",\"policy\":\"50-web\",\"cause\":\"oom\","     \
	"\"limit\":67108864,\"usage\":67108864,\"failcnt\":120,\"failcnt_rise\":9,"                \
	"\"counter\":\"memory\","                                                                  \
	"\"memsw\":{\"limit\":134217728,\"usage\":68157440,\"failcnt\":3},"                        \
	"\"memory\":{\"cache\":1048576,\"rss\":62914560,\"rss_huge\":0,\"shmem\":0,"               \
	"\"mapped_file\":0,\"dirty\":0,\"writeback\":0,\"swap\":1048576,\"inactive_anon\":4096,"   \
	"\"active_anon\":62910464,\"inactive_file\":524288,\"active_file\":524288,"                \
	"\"unevictable\":0,\"kernel\":2097152},"                                                   \
	"\"found_by\":\"event\",\"order\":\"memory\",\"unit\":\"process\","                        \
	"\"candidates_total\":4,\"eligible\":2,\"asleep\":2,\"facts_missed\":1,"                   \
	"\"facts_age_usec\":1500,\"decide_usec\":180,\"resolve_usec\":4200,"                       \
	"\"candidates\":["                                                                         \
	"{\"pid\":1234,\"uid\":33,\"comm\":\"hog\",\"exe\":\"hog-1\",\"oom_score_adj\":-5,"        \
	"\"asleep\":true,\"frozen\":false,\"estimated\":false,\"mmap_lock\":null,\"vm_size\":"     \
	"104857600,\"rss\":62914560,\"anon\":62910464,\"file\":4096,"                              \
	"\"shmem\":0,\"swap\":1048576,\"page_tables\":131072,\"badness\":15000,\"sharers\":2,"     \
	"\"tier\":\"first\",\"rule\":\"Prefer=comm:hog\",\"age_msec\":61000,\"cgroup\":\"/a/b\"}," \
	"{\"pid\":7,\"uid\":0,\"comm\":\"db\\\\n\",\"exe\":null,\"oom_score_adj\":0,"              \
	"\"asleep\":false,\"vm_size\":0,\"rss\":4096,\"anon\":4096,\"file\":0,\"shmem\":0,"        \
	"\"swap\":0,\"page_tables\":0,\"badness\":-3,\"sharers\":0,\"tier\":\"protected\","        \
	"\"rule\":\"Protect=comm:db*\",\"age_msec\":null,\"cgroup\":\"/a\"}],"                     \
	"\"victims\":[{\"pid\":1234,\"uid\":33,\"comm\":\"hog\",\"rss\":62914560,\"sharers\":2,"   \
	"\"signal\":\"SIGKILL\",\"method\":\"pidfd\",\"end\":\"exited\",\"error\":null,"           \
	"\"signalled_usec\":190,"                                                                  \
	"\"exited_usec\":4000}],"                                                                  \
	"\"steps\":[{\"step\":\"raise-limit\",\"result\":\"failed\",\"error\":\"a limit above is " \
	"full\",\"begun_usec\":170,\"ended_usec\":175,\"amount\":null,\"count\":0},"               \
	"{\"step\":\"kill\",\"result\":\"done\",\"error\":null,\"begun_usec\":180,"                \
	"\"ended_usec\":4000,\"amount\":null,\"count\":0}],"                                       \
	"\"last_resort\":false,\"proof\":\"level\",\"error\":null,\"usage_after\":6291456,"        \
	"\"freed\":60817408,\"kernel_kills\":0,\"page_faults\":0,\"source\":\"facts\","            \
	"\"dry_run\":false}\n"

#define PART(id, time, cgroup)                                                                     \
	"{\"id\":\"" id "\",\"time\":\"" time "\",\"kind\":\"passed\",\"cgroup\":\"" cgroup        \
	"\",\"limit_cgroup\":\"" cgroup "\"}\n"

/* Check cannot print texts of this length. */
static void assert_text(const char *text, const char *expected)
{
	if (strcmp(text, expected) == 0)
		return;
	(void)fprintf(stderr, "got:\n%s\nexpected:\n%s\n", text, expected);
	ck_abort_msg("the text differs");
}

START_TEST(record_tells_the_whole_story)
{
	put(newer, WHOLE);
	assert_text(
		record_of("abc001", false, EXIT_CODE_OK),
		"Episode abc001 at 2000-02-29T12:34:56Z\n"
		"  group       /a/b\n"
		"  limit hit   64.0M of memory in /a, usage 64.0M, refused 9 times\n"
		"  found by    event, policy 50-web\n"
		"  counters    of /a\n"
		"    COUNTER      USAGE   LIMIT  REFUSED\n"
		"    memory       64.0M   64.0M      120\n"
		"    memory+swap  65.0M  128.0M        3\n"
		"    kernel        2.0M       -        -\n"
		"  memory.stat\n"
		"    cache 1.0M, rss 60.0M, rss_huge 0B, shmem 0B\n"
		"    mapped_file 0B, dirty 0B, writeback 0B, swap 1.0M\n"
		"    unevictable 0B, inactive_anon 4.0K, active_anon 60.0M, inactive_file 512.0K\n"
		"    active_file 512.0K\n"
		"  candidates  4, of which 2 may be chosen and 2 are asleep\n"
		"  source      facts (4 processes, sizes 1.5ms old)\n"
		"  order       the most memory first\n"
		"  attention   processes that could not be measured: 1\n"
		"    PROCESS   PID  UID  ADJ  EXE        VM    RSS   ANON  FILE  SHMEM  TABLES  "
		"SWAP  "
		"BADNESS      AGE  STATE   SHARERS  CGROUP  WHY\n"
		"    hog      1234   33   -5  hog-1  100.0M  60.0M  60.0M  4.0K     0B  128.0K  "
		"1.0M  "
		"  15000  1min 1s  asleep        2  /a/b    first choice (Prefer=comm:hog)\n"
		"    db\\n        7    0    0  -          0B   4.0K   4.0K    0B     0B      0B    "
		"0B "
		"      -3        -  -             0  /a      never chosen: protected "
		"(Protect=comm:db*)\n"
		"    and 2 more\n"
		"  step        raise-limit: failed, from 170.0us to 175.0us (a limit above is "
		"full)\n"
		"  step        kill: done, from 180.0us to 4.0ms\n"
		"  victim      hog[1234] of uid 33, 60.0M: exited, with 2 that share its memory, "
		"SIGKILL through a pidfd after 190.0us, gone after 4.0ms\n"
		"  latency     decided after 180.0us, resolved after 4.2ms\n"
		"  freed       58.0M, usage now 6.0M\n"
		"  outcome     resolved by the daemon, proof: nobody was asleep for a second "
		"(level), "
		"killed by the kernel meanwhile: 0\n");
}
END_TEST

#define FROM(id, source, flags)                                                                    \
	"{\"id\":\"" id "\",\"candidates_total\":12,\"eligible\":9,\"asleep\":3,"                  \
	"\"facts_missed\":2,\"facts_age_usec\":7," source ",\"candidates\":[{\"comm\":\"a\"},"     \
	"{\"comm\":\"b\"," flags "}],\"victims\":[{\"comm\":\"b\",\"end\":\"exited\","             \
	"\"signal\":\"SIGKILL\",\"method\":\"bpf\",\"signalled_usec\":190}]}\n"

START_TEST(record_says_what_was_decided_from)
{
	static const struct {
		const char *id, *said;
	} rows[] = {
		{ "b", "  candidates  12, of which 9 may be chosen and 3 wait in the OOM\n"
		       "  source      bpf (12 processes, sizes exact at that instant)\n" },
		{ "b", "  attention   small processes that found no room in the list: 2\n" },
		{ "b", "  asleep, frozen, mmap_lock held for reading, waited for  " },
		{ "b", ": exited, SIGKILL from within the kernel after 190.0us\n" },
		{ "i", "  source      iter (12 processes, sizes of that instant, some estimated); "
		       "bpf failed: Cannot allocate memory\n" },
		{ "i", "  estimated  " },
		{ "f", "  source      facts (12 processes, sizes 7.0us old)\n" },
		{ "f", "  attention   processes that could not be measured: 2\n" },
	};

	put(newer,
	    FROM("b", "\"source\":\"bpf\"",
		 "\"asleep\":true,\"frozen\":true,\"mmap_lock\":\"held for reading, waited for\""));
	put(newer, FROM("i",
			"\"source\":\"iter\",\"source_failed\":\"bpf\","
			"\"source_error\":\"Cannot allocate memory\"",
			"\"estimated\":true"));
	put(newer, FROM("f", "\"source\":\"facts\"", "\"asleep\":true"));
	for (int i = 0; i < UNIT_COUNT(rows); i++) {
		const char *text = record_of(rows[i].id, false, EXIT_CODE_OK);

		ck_assert_msg(strstr(text, rows[i].said) != NULL, "%s", text);
	}
}
END_TEST

START_TEST(record_of_an_older_daemon_is_told)
{
	const char *text;

	put(newer, PART("1", "t", "/a"));
	text = record_of("1", false, EXIT_CODE_OK);
	ck_assert_ptr_nonnull(strstr(text, "  memory.stat was not read in time\n"));
	ck_assert_ptr_null(strstr(text, "  source "));
}
END_TEST

START_TEST(identifier_may_be_cut_while_it_is_unique)
{
	static const struct {
		const char *id;
		enum exit_code code;
		const char *said; /* begin of the output or of the refusal */
	} rows[] = {
		{ "abc", EXIT_CODE_OK, "Episode abc at" }, /* whole, though others begin so */
		{ "abcd1", EXIT_CODE_OK, "Episode abcd1 at" },
		{ "abcd", EXIT_CODE_FAILURE, "abcd: more than one record begins so, such as" },
		{ "ab", EXIT_CODE_FAILURE, "ab: more than one record begins so, such as" },
		{ "f", EXIT_CODE_OK, "Episode f00 at" },
		{ "x\n", EXIT_CODE_FAILURE, "x\\n: no such record; see oomhandlerctl history" },
		{ "", EXIT_CODE_FAILURE, ": more than one" },
	};

	put(older, PART("abcd1", "t", "/a") PART("abc", "t", "/a"));
	put(newer, PART("abcd2", "t", "/a") PART("f00", "t", "/a") PART("f00", "t", "/b"));
	for (int i = 0; i < UNIT_COUNT(rows); i++) {
		const char *text = record_of(rows[i].id, false, rows[i].code);

		ck_assert_msg(strncmp(rows[i].code ? refusal : text, rows[i].said,
				      strlen(rows[i].said)) == 0,
			      "%s: %s%s", rows[i].id, text, refusal);
	}
}
END_TEST

START_TEST(record_is_there_for_machines)
{
	struct json_object *object, *memory;

	put(newer, WHOLE);
	object = json_tokener_parse(record_of("abc001", true, EXIT_CODE_OK));
	ck_assert(json_object_object_get_ex(object, "memory", &memory));
	ck_assert_int_eq(json_object_object_length(memory), 14);
	json_object_put(object);
}
END_TEST

START_TEST(history_is_a_table)
{
	put(older, PART("1", "2000-01-01T00:00:00Z", "/x"));
	put(newer, WHOLE);
	ck_assert_str_eq(
		history_of((struct ctl){ .json = false }),
		"TIME                  ID      KIND      CGROUP  VICTIM     STEP  SOURCE  FREED   "
		"DECIDE  RESOLVE\n"
		"2000-01-01T00:00:00Z  1       passed    /x      -          -     -           -   "
		"     -        -\n"
		"2000-02-29T12:34:56Z  abc001  resolved  /a/b    hog[1234]  kill  facts   58.0M  "
		"180.0us    4.2ms\n");
}
END_TEST

START_TEST(no_history_is_said)
{
	ck_assert_str_eq(history_of((struct ctl){ .json = false }), "No episode is recorded.\n");
	ck_assert_str_eq(history_of((struct ctl){ .json = true }),
			 "{ \"records\": [\n], \"damaged\": 0 }\n");
}
END_TEST

/* How many records come out, as --json counts them. */
static size_t count_of(struct ctl ctl, uint64_t *ret_damaged)
{
	struct json_object *object, *member;
	size_t count;

	ctl.json = true;
	object = json_tokener_parse(history_of(ctl));
	ck_assert(json_object_object_get_ex(object, "damaged", &member));
	*ret_damaged = json_object_get_uint64(member);
	ck_assert(json_object_object_get_ex(object, "records", &member));
	count = json_object_array_length(member);
	json_object_put(object);
	return count;
}

START_TEST(torn_and_foreign_lines_are_counted)
{
	uint64_t damaged;

	put(older, PART("1", "t", "/a") "{\"id\":\"2\",\"ti");
	put(newer, "\nhello\n{\"id\":7}\n{}\n[]\n" PART("3", "t", "/a"));
	put(newer, "{\"id\":\"4\",\"kind\":\"pas");
	ck_assert_uint_eq(count_of((struct ctl){ .cgroup = NULL }, &damaged), 2);
	ck_assert_uint_eq(damaged, 7);
	ck_assert_uint_eq(count_of((struct ctl){ .limit = 1 }, &damaged), 1);
	ck_assert_uint_eq(damaged, 7);
}
END_TEST

START_TEST(filters_choose)
{
	static const struct {
		struct ctl ctl;
		size_t count;
	} rows[] = {
		{ { .cgroup = "/docker/*" }, 2 },
		{ { .cgroup = "/docker/a b" }, 1 },
		{ { .cgroup = "/docker/*", .limit = 1 }, 1 },
		{ { .cgroup = "/docker/x\\n" }, 1 },
		{ { .cgroup = "/nothing" }, 0 },
		{ { .limit = 2 }, 2 },
		{ { .limit = 100 }, 4 },
		{ { .since_given = true, .since = { 3600 * NSEC_PER_SEC } }, 1 },
		{ { .since_given = true, .since = { UINT64_MAX } }, 4 },
	};
	uint64_t damaged;
	char now[256];
	time_t seconds = time(NULL);

	put(newer, PART("1", "2000-01-01T00:00:00Z", "/docker/a b")
			   PART("2", "2000-01-01T00:00:00Z", "/docker/x\\\\n")
				   PART("3", "not a time", "/other"));
	(void)strftime(now, sizeof(now), PART("4", "%Y-%m-%dT%H:%M:%SZ", "/y"), gmtime(&seconds));
	put(newer, now);
	for (int i = 0; i < UNIT_COUNT(rows); i++)
		ck_assert_msg(count_of(rows[i].ctl, &damaged) == rows[i].count, "row %d", i);
}
END_TEST

START_TEST(broken_pattern_is_refused)
{
	const struct ctl ctl = { .state_dir = folder, .cgroup = "no slash" };

	(void)output_of(history_run, &ctl, EXIT_CODE_USAGE);
	ck_assert_int_eq(strncmp(refusal, "--cgroup: ", 10), 0);
}
END_TEST

/* Ten thousand, of 2 KiB each: one is held at a time. */
START_TEST(memory_does_not_grow_with_the_history)
{
	FILE *file = fopen(newer, "w");
	struct rusage before, after;
	uint64_t damaged;

	ck_assert_ptr_nonnull(file);
	for (int i = 0; i < 10000; i++)
		(void)fputs(WHOLE, file);
	ck_assert_int_eq(fclose(file), 0);
	(void)getrusage(RUSAGE_SELF, &before);
	ck_assert_uint_eq(count_of((struct ctl){ .limit = 3 }, &damaged), 3);
	(void)record_of("abc001", false, EXIT_CODE_OK);
	(void)getrusage(RUSAGE_SELF, &after);
	ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, GROWTH_KIB);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("ctl_record", &tests);

	tcase_add_checked_fixture(tests, folder_make, folder_remove);
	tcase_add_test(tests, record_tells_the_whole_story);
	tcase_add_test(tests, record_says_what_was_decided_from);
	tcase_add_test(tests, record_of_an_older_daemon_is_told);
	tcase_add_test(tests, identifier_may_be_cut_while_it_is_unique);
	tcase_add_test(tests, record_is_there_for_machines);
	tcase_add_test(tests, history_is_a_table);
	tcase_add_test(tests, no_history_is_said);
	tcase_add_test(tests, torn_and_foreign_lines_are_counted);
	tcase_add_test(tests, filters_choose);
	tcase_add_test(tests, broken_pattern_is_refused);
	tcase_add_test(tests, memory_does_not_grow_with_the_history);
	return unit_run(suite);
}
